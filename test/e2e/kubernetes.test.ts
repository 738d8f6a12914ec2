import { existsSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

const LAB = 'k8s';
/** The first build of Kubernetes, beside other tests on the same processors. */
const BUILD_LIMIT_MS = 4_500_000;
const UP_LIMIT_MS = 900_000;
const CHECKS_LIMIT_MS = 1_800_000;

// One cluster for all tests of the file: a node takes minutes to come up under emulation. What its commands do: kubernetes-commands.test.ts.
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  await build();
  const { exitCode, stderr } = await sandbox.startFor(UP_LIMIT_MS, 'up', LAB);
  expect(exitCode, stderr).toBe(0);
}, BUILD_LIMIT_MS + UP_LIMIT_MS);

afterAll(async () => {
  await sandbox.dispose();
});

/** Builds Kubernetes and the node's image, after whatever else wants the processors: guests of other tests have limits. */
async function build(): Promise<void> {
  const building = sandbox.startFor(BUILD_LIMIT_MS, 'image', 'build', 'kubernetes-node');
  if (building.pid !== undefined) setPriority(building.pid, 10);
  const { exitCode, stderr } = await building;
  expect(exitCode, stderr).toBe(0);
}

async function kubectl(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.lab('kubectl', LAB, '--', ...args);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

test('the node is Ready and offers its VFs', async () => {
  expect(await kubectl('get', 'nodes', '--no-headers')).toMatch(/^guest +Ready .* v1\.37\.2$/);
  const allocatable = JSON.parse(
    await kubectl('get', 'node', 'guest', '--output=jsonpath={.status.allocatable}'),
  ) as Record<string, string>;
  expect(allocatable['sriov.lab/pf0']).toBe('2');
});

test(
  'lab test k8s proves the cluster, pods on VFs, and pods on the network in software',
  async () => {
    const { exitCode, stdout, stderr } = await sandbox.startFor(CHECKS_LIMIT_MS, 'test', LAB);
    const report = parseReport(stdout);
    expect([...report.checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
    expect([...report.checks.keys()]).toEqual(['cluster', 'pod-vf', 'pod-network']);
    expect(exitCode, stderr).toBe(0);
    expect(report.checks.get('cluster')?.passed).toContain(
      'guest advertises exactly its VFs: sriov.lab/pf0: 2',
    );
  },
  CHECKS_LIMIT_MS,
);

test('down leaves nothing, no certificates either', async () => {
  const run = sandbox.run();
  const down = await sandbox.lab('down', LAB);
  expect(down.exitCode, down.stderr).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
  expect(existsSync(join(run, 'kubernetes/pki'))).toBe(false);
});

test(
  'lab test k8s-igb proves pods on VFs of another model, whose VLAN the PF sets',
  async () => {
    const { exitCode, stdout, stderr } = await sandbox.startFor(
      UP_LIMIT_MS + CHECKS_LIMIT_MS,
      'test',
      'k8s-igb',
    );
    const report = parseReport(stdout);
    expect([...report.checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
    expect([...report.checks.keys()]).toEqual(['cluster', 'pod-vf', 'pod-network']);
    expect(exitCode, stderr).toBe(0);
    expect(report.checks.get('pod-vf')?.passed).toContain('pod 1 to VLAN 10: 10 packets, none lost');
    expect(await sandbox.leftovers()).toEqual([]);
  },
  UP_LIMIT_MS + CHECKS_LIMIT_MS,
);

test(
  'lab test k8s-two-nodes proves that pods on VFs of two machines reach each other',
  { tags: 'thorough', timeout: UP_LIMIT_MS + 2 * CHECKS_LIMIT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await sandbox.startFor(
      UP_LIMIT_MS + 2 * CHECKS_LIMIT_MS,
      'test',
      'k8s-two-nodes',
    );
    const report = parseReport(stdout);
    expect([...report.checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
    expect(exitCode, stderr).toBe(0);
    expect(await sandbox.leftovers()).toEqual([]);
  },
);
