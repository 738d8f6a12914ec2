/** @module-tag thorough */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchResult } from '../../src/results/run.js';
import { Sandbox } from './support/sandbox.js';

const LAB = 'k8s-offload';
/** The first build of Kubernetes, beside other tests on the same processors. */
const UP_LIMIT_MS = 4_500_000;
const BENCH_LIMIT_MS = 1_800_000;
const QUICK = ['--quick', '--runs', '2', '--only', 'tcp-stream', '--only', 'tcp-rr', '--json'];
/** What a computer that is busy with other tests loses is not what these are about. */
const WIDE = ['--max-loss', '90', '--max-retransmits', '50'];

// One cluster for all tests of the file, which they leave as it was.
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  const { exitCode, stderr } = await sandbox.startFor(UP_LIMIT_MS, 'up', LAB);
  expect(exitCode, stderr).toBe(0);
}, UP_LIMIT_MS);

afterAll(async () => {
  await sandbox.dispose();
});

async function bench(): Promise<{ readonly result: BenchResult; readonly exitCode: number | undefined }> {
  const { exitCode, stdout, stderr } = await sandbox.startFor(
    BENCH_LIMIT_MS,
    'bench',
    LAB,
    ...QUICK,
    ...WIDE,
  );
  expect(stdout, stderr).not.toBe('');
  return { result: JSON.parse(stdout) as BenchResult, exitCode };
}

async function kubectl(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.lab('kubectl', LAB, '--', ...args);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

async function inNode(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.lab('exec', LAB, 'guest', '--', ...argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

test(
  'lab bench compares a pod on a VF with one on the network in software, and gives the VF back',
  async () => {
    const before = await inNode('ip', '-brief', 'link');
    const { result, exitCode } = await bench();
    expect(result.refusals).toEqual([]);
    expect(exitCode).toBe(0);
    expect(result.setup.map(({ ok, title }) => [ok, title])).toEqual([
      [true, 'pod offload is Ready'],
      [true, 'pod software is Ready'],
      [true, 'offload: what runs in the pod is in its cgroup and its namespaces'],
      [true, 'offload: net1 of the pod is pf0.vf0'],
      [true, 'offload: the pod has eth0, net1 and no other netdev'],
      [true, 'offload: the pod reaches server'],
      [true, 'software: what runs in the pod is in its cgroup and its namespaces'],
      [true, 'software: the pod has eth0 and no other netdev'],
      [true, 'software: the pod reaches server'],
      [true, 'software: the node has translated the address of what the pod sent'],
    ]);
    expect(result.path.places).toEqual({ offload: 'tap guest-pf0.vf0', software: 'tap guest-uplink' });
    for (const { ownBytes, otherBytes, payloadBytes } of result.path.evidence) {
      expect(ownBytes).toBeGreaterThan(payloadBytes);
      expect(otherBytes).toBeLessThan(payloadBytes / 10);
    }
    for (const { summaries } of result.comparisons)
      for (const { values } of [summaries.offload, summaries.software]) expect(values).toHaveLength(2);
    expect(await kubectl('get', 'pods', '--output=name')).toBe('');
    expect((await inNode('ip', '-brief', 'link')).match(/^ens\S+/gm)).toEqual(before.match(/^ens\S+/gm));
  },
  BENCH_LIMIT_MS,
);

test(
  'it is refused when another pod holds the VF, in the scheduler’s words',
  async () => {
    const file = join(sandbox.folder, 'holder.json');
    const box = {
      name: 'box',
      image: 'docker.io/lab/busybox:1',
      imagePullPolicy: 'Never',
      resources: { limits: { 'sriov.lab/pf0': 1 } },
    };
    const spec = { terminationGracePeriodSeconds: 1, containers: [box] };
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'holder' }, spec }),
    );
    await kubectl('apply', '-f', file);
    await kubectl('wait', '--for=condition=PodScheduled', 'pod/holder', '--timeout=60s');
    const { result, exitCode } = await bench();
    expect(exitCode).toBe(1);
    expect(result.refusals).toHaveLength(1);
    expect(result.refusals[0]).toMatch(/^pod offload is scheduled: .*Insufficient sriov\.lab\/pf0/s);
    expect(result.comparisons).toEqual([]);
    await kubectl('delete', 'pod', 'holder', '--timeout=300s');
  },
  BENCH_LIMIT_MS,
);

test(
  'it is refused when the node does not translate',
  async () => {
    await inNode('nft', 'flush', 'chain', 'ip', 'sriov_lab', 'postrouting');
    const { result, exitCode } = await bench();
    expect(exitCode).toBe(1);
    expect(result.refusals.join('\n')).toContain('software: the pod reaches server');
    await inNode('sh', '/etc/sriov-lab/node.sh', 'boot');
  },
  BENCH_LIMIT_MS,
);

test(
  'Ctrl-C ends it and leaves no pod',
  async () => {
    const running = sandbox.startFor(BENCH_LIMIT_MS, 'bench', LAB, '--quick', '--runs', '100');
    await new Promise<void>((resolve) => {
      running.stderr.on('data', (chunk: Buffer) => {
        if (chunk.toString('utf8').includes('TCP_STREAM')) resolve();
      });
    });
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(await kubectl('get', 'pods', '--output=name')).toBe('');
    expect(await inNode('pgrep', '-c', 'netperf').catch(() => 'none')).toBe('none');
  },
  BENCH_LIMIT_MS,
);

test('down leaves nothing', async () => {
  const down = await sandbox.lab('down', LAB);
  expect(down.exitCode, down.stderr).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});
