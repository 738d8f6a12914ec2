import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { attemptFolder, countAttempts, KEPT_ATTEMPTS, putLogsAside } from '../../../src/lab/attempts.js';
import { lastConsoleLines, lengthOfLog, logFrom } from '../../../src/lab/console-text.js';
import { labLogs } from '../../../src/lab/logs.js';
import { LabFolder } from '../../../src/lab/record.js';
import { recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
let folder: LabFolder;

beforeEach(() => {
  folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
});

function writeLogs(text: string, ...names: string[]): void {
  for (const name of names) writeFileSync(folder.log(name), text);
}

function logsOf(attempt: number): string[] {
  return readdirSync(attemptFolder(folder, attempt) ?? '').filter((name) => name.endsWith('.log'));
}

async function textOf(attempt: number, log = 'guest.qemu'): Promise<string | undefined> {
  return (await labLogs(scratch(), folder.id, log, attempt))[0]?.text;
}

describe('the logs of attempts to bring a lab up', () => {
  it('stay for the last five, and 1 is the last one', async () => {
    for (let attempt = 1; attempt <= KEPT_ATTEMPTS + 2; attempt += 1) {
      putLogsAside(folder, 'all');
      writeLogs(`attempt ${attempt}`, 'guest.qemu');
    }
    expect(countAttempts(folder)).toBe(KEPT_ATTEMPTS);
    for (const back of [1, 2, 3, 4, 5])
      expect(await textOf(back)).toBe(`attempt ${KEPT_ATTEMPTS + 3 - back}`);
    expect(readdirSync(folder.attempts)).toHaveLength(KEPT_ATTEMPTS - 1);
  });

  it('are those of what has ended, where the rest goes on', () => {
    writeLogs('', 'namespace', 'network', 'guest.qemu', 'guest.console', 'guest', 'guests.qemu', 'netserver');
    putLogsAside(folder, [recorded('machine', 'guest'), recorded('service', 'netserver')]);
    expect(logsOf(1).sort()).toEqual(['guests.qemu.log', 'namespace.log', 'network.log']);
    expect(logsOf(2).sort()).toEqual(['guest.console.log', 'guest.log', 'guest.qemu.log', 'netserver.log']);
  });

  it('that QEMU goes on to write stay where they are, and what they hold is kept', () => {
    writeLogs('so far', 'inner.console');
    const inner = recorded('machine', 'inner', { place: { machine: 'outer' } });
    putLogsAside(folder, [inner]);
    expect(logsOf(1)).toEqual(['inner.console.log']);
    expect(readFileSync(join(attemptFolder(folder, 2) ?? '', 'inner.console.log'), 'utf8')).toBe('so far');
    putLogsAside(folder, [inner, recorded('machine', 'outer')]);
    expect(logsOf(1)).toEqual([]);
  });

  it('are not there for a lab that wrote none', async () => {
    putLogsAside(folder, 'all');
    expect(existsSync(folder.attempts)).toBe(false);
    await expect(textOf(2)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-NO-LOGS',
          message: `lab \`${folder.id}\` has no logs of attempt 2: there are those of 1`,
          hint: expect.stringContaining('--attempt 1') as string,
        },
      ],
    });
  });
});

describe('the cause of an error', () => {
  it('is what this run of a machine wrote, not what an earlier one did', () => {
    writeLogs('Kernel panic of the run before\n', 'guest.console');
    const begins = lengthOfLog(folder.log('guest.console'));
    expect(lastConsoleLines(folder, 'guest', begins)).toBe('');
    writeFileSync(folder.log('guest.console'), 'Booting\n', { flag: 'a' });
    expect(lastConsoleLines(folder, 'guest', begins)).toBe('Booting');
    expect(lastConsoleLines(folder, 'guest', 0)).toContain('Kernel panic');
    // A log that has begun anew.
    writeLogs('new\n', 'guest.console');
    expect(logFrom(folder.log('guest.console'), begins)).toBe('new\n');
    expect(logFrom(folder.log('nothing'), 0)).toBe('');
  });
});
