import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/process/run.js';
import { renderTemplate } from '../../../src/render/templates.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** What the script takes for the counters after the packets, when later readings say `later`, one after the other. */
async function settled(after: string, later: readonly string[]): Promise<string> {
  const readings = join(scratch(), 'readings');
  writeFileSync(readings, later.map((line) => `${line}\n`).join(''));
  const script = `
    sleep() { :; }
    counters() { head -n 1 "$readings"; [ "$(wc -l <"$readings")" = 1 ] || sed -i 1d "$readings"; }
    ${renderTemplate('checks/lib/settled.sh', {})}
    readings=$1
    settled 1000 . eth0 '500 500' "$2"`;
  return (await run(['sh', '-c', script, 'sh', readings, after])).stdout.trim();
}

describe('counters after packets', () => {
  it('are taken as they are once both have moved by the payload', async () => {
    expect(await settled('1500 1500', ['9 9'])).toBe('1500 1500');
  });

  it('are waited for, as some drivers count late', async () => {
    expect(await settled('1500 1400', ['1500 1400', '1500 1500', '9 9'])).toBe('1500 1500');
    expect(await settled('1400 1500', ['1600 1600'])).toBe('1600 1600');
  });

  it('are taken as they are in the end when they do not move', async () => {
    expect(await settled('1500 500', ['1500 500'])).toBe('1500 500');
  });
});
