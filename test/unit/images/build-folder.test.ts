import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFolder } from '../../../src/images/build-folder.js';
import { silentTask } from '../../../src/model/task.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function target(): string {
  return join(scratch(), 'images/micro/abc');
}

function inParent(): string[] {
  return readdirSync(join(scratch(), 'images/micro')).sort();
}

async function fill(result: string): Promise<void> {
  writeFileSync(join(result, 'initrd'), 'whole');
  return Promise.resolve();
}

describe('buildFolder', () => {
  it('makes the folder, and leaves nothing beside it but its lock and the list of its files', async () => {
    await buildFolder(
      target(),
      async (result, work) => {
        writeFileSync(join(work, 'waste'), 'x');
        await fill(result);
      },
      silentTask(),
    );
    expect(readFileSync(join(target(), 'initrd'), 'utf8')).toBe('whole');
    expect(inParent()).toEqual(['abc', 'abc.contents.json', 'lock']);
  });

  it('shows nothing under its name before all is there, nor when the build fails', async () => {
    const building = buildFolder(
      target(),
      async (result) => {
        await fill(result);
        expect(existsSync(target())).toBe(false);
        throw new Error('no space left on device');
      },
      silentTask(),
    );
    await expect(building).rejects.toThrow('no space left on device');
    expect(inParent()).toEqual(['lock']);
    await buildFolder(target(), fill, silentTask());
    expect(existsSync(target())).toBe(true);
  });

  it('removes what a killed build has left, and takes none of it for finished', async () => {
    mkdirSync(join(scratch(), 'images/micro/.building-dead/result'), { recursive: true });
    writeFileSync(join(scratch(), 'images/micro/.building-dead/result/initrd'), 'half');
    await buildFolder(target(), fill, silentTask());
    expect(inParent()).toEqual(['abc', 'abc.contents.json', 'lock']);
    expect(readFileSync(join(target(), 'initrd'), 'utf8')).toBe('whole');
  });

  it('builds once when several ask at once', async () => {
    let builds = 0;
    const ask = async (): Promise<void> =>
      buildFolder(
        target(),
        async (result) => {
          builds += 1;
          await fill(result);
        },
        silentTask(),
      );
    await Promise.all([ask(), ask(), ask()]);
    expect(builds).toBe(1);
  });
});
