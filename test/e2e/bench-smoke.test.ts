import { execa } from 'execa';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROJECT, Sandbox } from './support/sandbox.js';

/** Two of the sections build images, with a machine of libguestfs under TCG for each layer. */
const LIMIT_MS = 1_800_000;

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

/** `npm run bench` with one round of the smallest sizes; its temporary files, and so its processes, are the sandbox's. */
function bench(...sections: string[]) {
  return execa(
    process.execPath,
    ['--import', 'tsx', 'scripts/bench.ts', '--rounds', '1', '--small', ...sections],
    {
      cwd: PROJECT,
      env: { ...sandbox.env, TMPDIR: sandbox.folder },
      reject: false,
      stdin: 'ignore',
      timeout: LIMIT_MS,
    },
  );
}

/** The cells of all lines of tables, also of heads and of the line below each. */
function rows(printed: string): string[][] {
  const lines = printed.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

async function nothingIsLeft(): Promise<void> {
  expect(await sandbox.leftovers()).toEqual([]);
  expect(readdirSync(sandbox.folder).filter((name) => name.startsWith('lab-bench-'))).toEqual([]);
}

describe('npm run bench', () => {
  async function prints(section: string, tables: number, figures: number): Promise<void> {
    const { exitCode, stdout, stderr } = await bench(section);
    expect(exitCode, stderr).toBe(0);
    const found = rows(stdout);
    expect(found).toHaveLength(2 * tables + figures);
    const times = found.flat().filter((cell) => /^\d+\.\d{3} s$/.test(cell));
    expect(times.length).toBeGreaterThanOrEqual(figures);
    await nothingIsLeft();
  }

  test.each([
    ['start', 1, 4],
    ['large', 2, 2],
  ])('%s prints %d table with %d rows of figures, and leaves nothing', prints);

  test.each([
    ['test', 1, 4],
    ['up', 1, 1],
    ['images', 1, 3],
    ['rocky', 1, 3],
  ])(
    '%s prints %d table with %d rows of figures, and leaves nothing',
    { tags: 'thorough', timeout: LIMIT_MS },
    prints,
  );

  test('of a section that is not there names those that are', async () => {
    const { exitCode, stderr } = await bench('speed');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no section speed; choose from start, large, test, up, images, rocky');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends what it started when %s ends it',
    { tags: 'thorough' },
    async (signal) => {
      const running = bench('up');
      const isByHand = (process: string): boolean => process.includes('./run.sh');
      while (!sandbox.processes().some(isByHand)) {
        expect(running.nodeChildProcess.exitCode).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      running.kill(signal);
      expect((await running).exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
      await nothingIsLeft();
    },
  );
});
