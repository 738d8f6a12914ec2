import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

const LAB = 'k8s';
/** The first build of Kubernetes is in it, beside other tests on the same processors. */
const BUILD_LIMIT_MS = 4_500_000;
const CHECKS_LIMIT_MS = 1_800_000;

// One cluster for all tests of the file: a node takes minutes to come up under emulation.
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  const { exitCode, stderr } = await sandbox.startFor(BUILD_LIMIT_MS, 'up', LAB);
  expect(exitCode, stderr).toBe(0);
}, BUILD_LIMIT_MS);

afterAll(async () => {
  await sandbox.dispose();
});

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

test('kubectl has the exit code, the working folder and the output of its own', async () => {
  const manifest = join(sandbox.folder, 'space.yaml');
  writeFileSync(manifest, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: of-a-file }\n');
  expect(await kubectl('apply', '-f', 'space.yaml')).toContain('namespace/of-a-file created');
  const unknown = await sandbox.lab('kubectl', LAB, '--', 'get', 'pod', 'nobody');
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stderr).toContain('pods "nobody" not found');
});

test('whoever has the kubeconfig reaches the API server through the proxy, and only while it runs', async () => {
  const proxy = sandbox.startFor(120_000, 'proxy', LAB, '--port', '0');
  const url = await new Promise<string>((resolve, reject) => {
    proxy.stdout.on('data', (text: Buffer) => {
      const found = /https:\/\/127\.0\.0\.1:\d+/.exec(text.toString());
      if (found !== null) resolve(found[0]);
    });
    void proxy.then(({ stderr }) => {
      reject(new Error(`the proxy ended: ${stderr}`));
    });
  });
  const file = join(sandbox.folder, 'k8s.kubeconfig');
  const written = await sandbox.lab('kubeconfig', LAB, '-o', file, '--port', new URL(url).port);
  expect(written.exitCode, written.stderr).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  // The lab's own kubectl, outside the lab's namespaces.
  const outside = join(sandbox.run(), 'kubernetes/bin/kubectl');
  const version = await execa(outside, ['--kubeconfig', file, 'get', '--raw', '/version']);
  expect(JSON.parse(version.stdout)).toMatchObject({ gitVersion: 'v1.37.2' });

  proxy.kill('SIGINT');
  await proxy;
  const after = await execa(outside, ['--kubeconfig', file, 'get', '--raw', '/version'], { reject: false });
  expect(after.stderr).toContain('refused');
}, 180_000);

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

test('an API server that was killed is replaced by the next up, and the node stays', async () => {
  process.kill(sandbox.pid('service', 'kube-apiserver'), 'SIGKILL');
  const up = await sandbox.startFor(600_000, 'up', LAB);
  expect(up.exitCode, up.stderr).toBe(0);
  expect(await kubectl('get', 'nodes', '--no-headers')).toMatch(/^guest +Ready /);
}, 600_000);

test('down leaves nothing, no certificates either', async () => {
  const run = sandbox.run();
  const down = await sandbox.lab('down', LAB);
  expect(down.exitCode, down.stderr).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
  expect(statSync(join(run, 'kubernetes/pki'), { throwIfNoEntry: false })).toBeUndefined();
});
