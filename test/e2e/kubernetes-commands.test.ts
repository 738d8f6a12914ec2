import { execa } from 'execa';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digest } from '../../src/model/digest.js';
import { PROJECT, Sandbox } from './support/sandbox.js';

/** The cluster of `k8s` without its checks. It takes minutes to come up, and the first build of Kubernetes longer, so the tests share it, in this order. */
const UP_MS = 4_500_000;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  const folder = join(sandbox.folder, 'mine');
  mkdirSync(folder);
  const definition = readFileSync(join(PROJECT, 'labs/k8s/lab.yaml'), 'utf8');
  writeFileSync(join(folder, 'lab.yaml'), definition.replace(/^checks:[^]*/m, 'checks: []\n'));
  const { exitCode, stderr } = await sandbox.startFor(UP_MS, 'up', 'mine');
  expect(exitCode, stderr).toBe(0);
}, UP_MS);

afterAll(async () => {
  await sandbox.dispose();
});

async function kubectl(args: readonly string[], input = '') {
  return execa(process.execPath, [join(PROJECT, 'bin/run.js'), 'kubectl', 'mine', '--', ...args], {
    cwd: sandbox.folder,
    env: sandbox.env,
    reject: false,
    input,
  });
}

function deployment(name: string, replicas: number): string {
  const container = {
    name: 'box',
    image: 'docker.io/lab/busybox:1',
    imagePullPolicy: 'Never',
    command: ['/bin/sh', '-c', 'trap exit TERM; sleep 1000000 & wait'],
  };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  });
}

test('`kubectl` passes on files, input, output and the exit code', { tags: 'thorough' }, async () => {
  writeFileSync(join(sandbox.folder, 'box.json'), deployment('box', 1));
  expect((await kubectl(['apply', '-f', 'box.json'])).stdout).toContain('deployment.apps/box created');
  const rollout = await kubectl(['rollout', 'status', 'deployment/box', '--timeout=200s']);
  expect(rollout.exitCode, rollout.stderr).toBe(0);
  expect((await kubectl(['exec', '-i', 'deployment/box', '--', 'cat'], 'through it\n')).stdout).toBe(
    'through it',
  );
  expect((await kubectl(['exec', 'deployment/box', '--', 'sh', '-c', 'exit 9'])).exitCode).toBe(9);
  const json = await sandbox.lab('kubectl', 'mine', '--json', '--', 'get', 'nodes', '-o', 'name');
  expect(JSON.parse(json.stdout)).toEqual({ exitCode: 0, stdout: 'node/guest\n', stderr: '' });
  // Its cache is the lab's, not the user's.
  expect(existsSync(join(sandbox.run(), 'kubernetes/cache'))).toBe(true);
});

test('the credentials are their owner’s alone', { tags: 'thorough' }, () => {
  const folder = join(sandbox.run(), 'kubernetes');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of ['admin.kubeconfig', 'pki/ca.key', 'nodes/guest/kubelet.key'])
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
});

test(
  'another kubectl reaches the API server by the proxy, while that runs',
  { tags: 'thorough' },
  async () => {
    const proxy = sandbox.start('proxy', 'mine', '--port', '0');
    const port = await new Promise<string>((resolve) => {
      proxy.stdout.on('data', (text: Buffer) => {
        const found = /^https:\/\/127\.0\.0\.1:(\d+) /.exec(text.toString())?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const kubeconfig = join(sandbox.folder, 'mine.kubeconfig');
    expect((await sandbox.lab('kubeconfig', 'mine', '-o', kubeconfig, '--port', port)).exitCode).toBe(0);
    const program = join(sandbox.run(), 'kubernetes/bin/kubectl');
    const args = ['--kubeconfig', kubeconfig, '--cache-dir', join(sandbox.folder, 'cache')];
    const outside = async (...words: string[]) => execa(program, [...args, ...words], { reject: false });
    expect((await outside('get', 'nodes', '-o', 'name')).stdout).toBe('node/guest');
    expect((await outside('exec', 'deployment/box', '--', 'echo', 'by the proxy')).stdout).toBe(
      'by the proxy',
    );
    const taken = await sandbox.lab('proxy', 'mine', '--port', port);
    expect([taken.exitCode, taken.stderr.includes('LAB-PROXY-PORT')]).toEqual([2, true]);
    proxy.kill('SIGINT');
    expect((await proxy).exitCode).toBe(0);
    expect((await outside('get', 'nodes', '--request-timeout=5s')).stderr).toContain('refused');
  },
);

test('an image from a file is on the node', { tags: 'thorough' }, async () => {
  const content = join(sandbox.folder, 'content');
  mkdirSync(content);
  const busybox = join(sandbox.record().tools.bin, '../tree/usr/bin/busybox');
  cpSync(busybox, join(content, 'sh'));
  const layer = join(sandbox.folder, 'layer.tar');
  await execa('tar', ['--sort=name', '--mtime=@0', '-C', content, '-cf', layer, 'sh']);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(readFileSync(layer))}`] },
  };
  writeFileSync(join(sandbox.folder, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: ['lab.example/own:1'], Layers: ['layer.tar'] }];
  writeFileSync(join(sandbox.folder, 'manifest.json'), JSON.stringify(manifest));
  const files = ['manifest.json', 'config.json', 'layer.tar'];
  await execa('tar', ['-cf', 'own.tar', ...files], { cwd: sandbox.folder });
  const loaded = await sandbox.lab('image', 'load', 'mine', 'own.tar');
  expect(loaded.exitCode, loaded.stderr).toBe(0);
  expect(loaded.stdout).toBe('lab.example/own:1: on guest');
  const images = await sandbox.lab(
    'exec',
    'mine',
    'guest',
    '--',
    'ctr',
    '-n',
    'k8s.io',
    'images',
    'list',
    '-q',
  );
  expect(images.stdout.split('\n')).toContain('lab.example/own:1');
});

test(
  'an API server that was killed is named, and comes back with what it knew',
  { tags: 'thorough' },
  async () => {
    process.kill(sandbox.pid('service', 'kube-apiserver'), 'SIGKILL');
    const refused = await kubectl(['get', 'nodes']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('[LAB-CLUSTER-DOWN]');
    const { stdout: status } = await sandbox.lab('status', 'mine');
    expect(status).toContain('service kube-apiserver in control: ended');
    const { exitCode, stdout, stderr } = await sandbox.startFor(UP_MS, 'up', 'mine');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/keep +service etcd/);
    expect(stdout).toMatch(/replace +service kube-apiserver: its process has ended/);
    expect(stdout).toMatch(/replace +service kube-scheduler: it needs service kube-apiserver, which is new/);
    expect(stdout).toMatch(/keep +machine guest/);
    expect((await kubectl(['get', 'deployment', 'box', '-o', 'name'])).stdout).toBe('deployment.apps/box');
    expect((await sandbox.lab('up', 'mine')).stdout).toContain('nothing was changed');
  },
);

test('`logs` shows what the node’s services say', { tags: 'thorough' }, async () => {
  expect((await sandbox.lab('logs', 'mine', 'guest.kubelet')).stdout).toContain('kubelet');
  expect((await sandbox.lab('logs', 'mine', 'guest.device-plugin')).stdout).toContain(
    'sriov.lab/pf0: registered',
  );
  expect((await sandbox.lab('logs', 'mine', 'kube-apiserver')).exitCode).toBe(0);
});

test('`down` in the middle of a rollout leaves nothing', { tags: 'thorough' }, async () => {
  const created = await kubectl(['apply', '-f', '-'], deployment('more', 6));
  expect(created.exitCode, created.stderr).toBe(0);
  expect((await sandbox.lab('down', 'mine')).exitCode).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});
