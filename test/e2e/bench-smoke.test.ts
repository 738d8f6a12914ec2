import { execa } from 'execa';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROJECT, Sandbox } from './support/sandbox.js';

/** Two of the sections build images, with a machine of libguestfs under TCG for each layer. */
const LIMIT_MS = 1_800_000;
/** The first build of Kubernetes included, and two boots of a node. */
const CLUSTER_LIMIT_MS = 7_200_000;

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
      timeout: CLUSTER_LIMIT_MS,
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

  test(
    'bytes prints what passes through a peer and a guest, and leaves nothing',
    { tags: 'thorough', timeout: LIMIT_MS },
    async () => {
      const { exitCode, stdout, stderr } = await bench('bytes');
      expect(exitCode, stderr).toBe(0);
      const cells = new Map(rows(stdout).map(([where = '', ...rates]) => [where, rates]));
      for (const where of ['peer', 'guest'])
        for (const rate of cells.get(where) ?? ['none']) expect(Number(rate), where).toBeGreaterThan(0);
      await nothingIsLeft();
    },
  );

  test(
    'kubernetes prints what a cluster takes, and leaves nothing',
    { tags: 'thorough', timeout: CLUSTER_LIMIT_MS },
    async () => {
      const { exitCode, stdout, stderr } = await bench('kubernetes');
      expect(exitCode, stderr).toBe(0);
      const cells = new Map(rows(stdout).map(([what = '', ...others]) => [what, others]));
      const seconds = /^\d+\.\d{3} s$/;
      const memory = /^\d+ MiB$/;
      for (const step of [
        'etcd',
        'the guest answers',
        'the node is Ready, and offers its VFs',
        'the command',
      ])
        expect(cells.get(step)?.[0], step).toMatch(seconds);
      expect(cells.get('the command')?.[2]).toMatch(/^\d+\.\d{2}$/);
      expect(cells.get('scheduler')?.slice(1)).toEqual(['', '']);
      for (const times of [cells.get('pod'), cells.get('CNI and containerd alone')?.slice(1)])
        for (const time of times ?? ['none']) expect(time).toMatch(seconds);
      for (const what of ['kube-apiserver', 'QEMU of guest', 'in guest: kubelet', 'in guest: containerd'])
        for (const size of cells.get(what) ?? ['none']) expect(size, what).toMatch(memory);
      expect(cells.get('cluster')?.[0]).toMatch(seconds);
      await nothingIsLeft();
    },
  );

  test('of a section that is not there names those that are', async () => {
    const { exitCode, stderr } = await bench('speed');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'no section speed; choose from start, large, test, up, bytes, images, rocky, kubernetes',
    );
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
