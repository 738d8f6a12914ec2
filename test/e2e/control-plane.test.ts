import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

/** The control plane and its only node in one machine. */
const DEFINITION = `
summary: A cluster in one machine
networks:
  lan: { subnet: 10.0.0.0/24 }
machines:
  guest:
    nics:
      uplink: { backend: { tap: lan } }
      pf0: { backend: { tap: lan }, vfs: 2 }
kubernetes:
  control-plane: guest
  nodes: [guest]
checks: [cluster]
`;

/** The first build of Kubernetes, beside other tests on the same processors. */
const BUILD_LIMIT_MS = 4_500_000;
/** An emulated API server alone takes minutes. */
const UP_LIMIT_MS = 1_800_000;
/** Each request takes an emulated API server about a second. */
const ANSWER_LIMIT_MS = 240_000;
const SERVICES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

// One cluster for all tests of the file, in this order.
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  mkdirSync(join(sandbox.folder, 'single'));
  writeFileSync(join(sandbox.folder, 'single/lab.yaml'), DEFINITION);
  await build();
  const { exitCode, stderr } = await sandbox.startFor(UP_LIMIT_MS, 'up', 'single');
  expect(exitCode, stderr).toBe(0);
}, BUILD_LIMIT_MS + UP_LIMIT_MS);

afterAll(async () => {
  await sandbox.dispose();
});

/** Builds Kubernetes and the image after whatever else wants the processors: guests of other tests have limits. */
async function build(): Promise<void> {
  const building = sandbox.startFor(BUILD_LIMIT_MS, 'image', 'build', 'kubernetes-control-plane');
  if (building.pid !== undefined) setPriority(building.pid, 10);
  const { exitCode, stderr } = await building;
  expect(exitCode, stderr).toBe(0);
}

test('the control plane runs in the machine, and kubectl beside it', { tags: 'thorough' }, async () => {
  const { stdout: status } = await sandbox.lab('status', 'single');
  for (const name of SERVICES)
    expect(status).toMatch(new RegExp(`service ${name} in guest: up, process \\d+`));
  expect(status).toContain('node guest: Ready');
  expect(status).toContain('peer administrator: 10.0.0.1/24');
  const nodes = await sandbox.lab('kubectl', 'single', '--', 'get', 'nodes', '--no-headers');
  expect(nodes.stdout, nodes.stderr).toMatch(/^guest +Ready .* v1\.37\.2$/);
  // The process that was recorded is the machine's, not one of this computer.
  const pid = sandbox.pid('service', 'kube-apiserver');
  const inside = await sandbox.lab('exec', 'single', 'guest', '--', 'cat', `/proc/${pid}/comm`);
  expect(inside.stdout.trim()).toBe('kube-apiserver');
});

test('its logs are in the lab’s folder', { tags: 'thorough' }, async () => {
  for (const name of SERVICES.slice(1)) {
    const { size } = statSync(join(sandbox.run(), `${name}.log`));
    expect([name, size > 0]).toEqual([name, true]);
  }
  expect((await sandbox.lab('logs', 'single', 'kube-apiserver')).stdout).toContain('Serving securely');
});

test('the check `cluster` finds it healthy', { tags: 'thorough', timeout: UP_LIMIT_MS }, async () => {
  const { exitCode, stdout, stderr } = await sandbox.startFor(UP_LIMIT_MS, 'test', 'single');
  const cluster = parseReport(stdout).checks.get('cluster');
  expect(cluster?.failed, stdout).toEqual([]);
  expect(cluster?.passed).toEqual(
    expect.arrayContaining(['etcd-0 is healthy', 'guest advertises exactly its VFs: sriov.lab/pf0: 2']),
  );
  expect(exitCode, stderr).toBe(0);
});

test(
  'an API server that was killed in the machine is named, and comes back with what it knew',
  { tags: 'thorough', timeout: UP_LIMIT_MS },
  async () => {
    const made = await sandbox.startFor(
      ANSWER_LIMIT_MS,
      ...['kubectl', 'single', '--', 'create', 'configmap', 'kept', '--from-literal=a=b'],
    );
    expect(made.exitCode, made.stderr).toBe(0);
    const pid = String(sandbox.pid('service', 'kube-apiserver'));
    expect((await sandbox.lab('exec', 'single', 'guest', '--', 'kill', '-9', pid)).exitCode).toBe(0);
    const refused = await sandbox.lab('kubectl', 'single', '--', 'get', 'nodes');
    expect([refused.exitCode, refused.stderr.includes('[LAB-CLUSTER-DOWN]')]).toEqual([2, true]);
    expect((await sandbox.lab('status', 'single')).stdout).toContain(
      'service kube-apiserver in guest: ended',
    );
    const { exitCode, stdout, stderr } = await sandbox.startFor(UP_LIMIT_MS, 'up', 'single');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/keep +machine guest/);
    expect(stdout).toMatch(/keep +service etcd/);
    expect(stdout).toMatch(/replace +service kube-apiserver: its process has ended/);
    expect(stdout).toMatch(/replace +service kube-scheduler: it needs service kube-apiserver, which is new/);
    const kept = await sandbox.startFor(
      ANSWER_LIMIT_MS,
      ...['kubectl', 'single', '--', 'get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'],
    );
    expect(kept.stdout, kept.stderr).toBe('b');
    expect((await sandbox.startFor(ANSWER_LIMIT_MS, 'up', 'single')).stdout).toContain('nothing was changed');
  },
);

test('down leaves nothing but the logs', { tags: 'thorough' }, async () => {
  const run = sandbox.run();
  const down = await sandbox.lab('down', 'single');
  expect(down.exitCode, down.stderr).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
  expect([existsSync(join(run, 'kubernetes')), existsSync(join(run, 'kube-apiserver.log'))]).toEqual([
    false,
    true,
  ]);
});
