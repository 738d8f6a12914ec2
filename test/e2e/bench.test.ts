import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BenchResult } from '../../src/results/run.js';
import { faultyQemu } from './support/faulty-qemu.js';
import { PROJECT, Sandbox, type LabOutcome } from './support/sandbox.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

const LAB = 'offload-tap';
const QUICK = ['--quick', '--only', 'tcp-stream'];
/** What a computer that is busy with other tests loses is not what these are about. */
const WIDE = ['--max-loss', '90', '--max-retransmits', '50'];
const schema = JSON.parse(readFileSync(join(PROJECT, 'schema/result.schema.json'), 'utf8')) as object;
const validate = new Ajv({ strict: false, formats: { 'date-time': true } }).compile(schema);

function resultOf({ stdout, stderr }: LabOutcome): BenchResult {
  expect(stdout, stderr).not.toBe('');
  const result = JSON.parse(stdout) as BenchResult;
  expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
  return result;
}

describe('lab bench', () => {
  test('compares the environments, keeps the result, writes a report, and leaves nothing', async () => {
    const outcome = await sandbox.lab('bench', LAB, '--quick', '--runs', '2', ...WIDE, '--json');
    const result = resultOf(outcome);
    expect(result.refusals).toEqual([]);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(result.setup.map(({ ok, title }) => [ok, title])).toEqual([
      [true, 'offload: the container has pf0.vf0 and no other netdev'],
      [true, 'offload: the container reaches server'],
      [true, 'software: the container has its end of the veth pair and no other netdev'],
      [true, 'software: the container reaches server'],
      [true, 'software: the guest has translated the address of what the container sent'],
    ]);
    expect(result.comparisons.map(({ measurement, figure }) => `${measurement} ${figure}`)).toEqual([
      ...['tcp-stream throughput', 'udp-stream-1400 throughput'],
      ...['tcp-rr mean', 'tcp-rr p50', 'tcp-rr p90', 'tcp-rr p99'],
      ...['udp-rr mean', 'udp-rr p50', 'udp-rr p90', 'udp-rr p99'],
    ]);
    for (const { summaries } of result.comparisons)
      for (const { values } of [summaries.offload, summaries.software]) expect(values).toHaveLength(2);
    for (const { ownBytes, otherBytes, payloadBytes } of result.path.evidence) {
      expect(ownBytes).toBeGreaterThan(payloadBytes);
      expect(otherBytes).toBeLessThan(payloadBytes / 100);
    }
    expect(result.circumstances.images['guest']).toMatch(/^[0-9a-f]{64}$/);
    expect(await sandbox.leftovers()).toEqual([]);

    const list = await sandbox.lab('results', '--json');
    expect((JSON.parse(list.stdout) as { runs: { id: string }[] }).runs.map(({ id }) => id)).toEqual([
      result.id,
    ]);
    const report = await sandbox.lab('report', LAB, '-o', 'report.html', '-o', 'report.json');
    expect(report.exitCode, report.stderr).toBe(0);
    expect(readFileSync(join(sandbox.folder, 'report.html'), 'utf8')).toContain(result.id);
    expect(validate(JSON.parse(readFileSync(join(sandbox.folder, 'report.json'), 'utf8')))).toBe(true);
  });

  test(
    'by iperf3 as well; in a lab that is up, which stays up as it was; and asks for what is expected',
    { tags: 'thorough' },
    async () => {
      await sandbox.lab('up', LAB);
      const before = await sandbox.lab('exec', LAB, 'guest', '--', 'ip', '-brief', 'address');
      const met = ['--expect', 'throughput>0.01', '--expect', 'throughput>=1000'];
      const outcome = await sandbox.lab(
        'bench',
        LAB,
        ...QUICK,
        '--tool',
        'iperf3',
        ...met,
        '--junit',
        'bench.xml',
      );
      expect(outcome.exitCode, outcome.stderr).toBe(1);
      expect(outcome.stdout).toContain('\nmet: throughput>0.01:');
      expect(outcome.stdout).toMatch(/\nNOT MET: throughput>=1000: .*it does not hold\n/);
      expect(outcome.stdout).toMatch(/^TCP_STREAM .* (TCG|KVM)$/m);
      expect(readFileSync(join(sandbox.folder, 'bench.xml'), 'utf8')).toMatch(/tests="8" failures="1"/);
      const after = await sandbox.lab('exec', LAB, 'guest', '--', 'ip', '-brief', 'address');
      const names = (text: string): (string | undefined)[] =>
        text.split('\n').map((line) => line.split(/\s+/)[0]);
      // The VF has come, and went back to the guest.
      expect(names(after.stdout).filter((name) => !names(before.stdout).includes(name))).toHaveLength(1);
      expect(after.stdout).not.toContain('10.0.0.12');
    },
  );
});

test('Ctrl-C ends a bench and puts the guest back as it was', async () => {
  await sandbox.lab('up', LAB);
  const running = sandbox.start('bench', LAB, ...QUICK, '--runs', '100');
  await new Promise<void>((resolve) => {
    running.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString('utf8').includes('TCP_STREAM')) resolve();
    });
  });
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  const { stdout } = await sandbox.lab(
    'exec',
    LAB,
    'guest',
    '--',
    'sh',
    '-c',
    'ip netns list; ip -brief link; nft list ruleset',
  );
  expect(stdout).not.toMatch(/offload|software|lab-/);
  expect((await sandbox.lab('results', '--json')).stdout).toContain('"runs": []');
});

describe('lab bench refuses a result', { tags: 'thorough' }, () => {
  test('when packets do not take the path that the lab says', async () => {
    // A QEMU that connects each of the two functions to the tap of the other.
    const swap =
      's/ifname=guest-pf0.vf0/ifname=X/;s/ifname=guest-uplink/ifname=guest-pf0.vf0/;s/ifname=X/ifname=guest-uplink/';
    const outcome = await sandbox.lab(
      'bench',
      LAB,
      ...QUICK,
      '--qemu',
      faultyQemu(sandbox.folder, swap),
      '--json',
    );
    const { refusals, comparisons } = resultOf(outcome);
    expect(refusals[0]).toMatch(
      /^TCP_STREAM: offload: tap guest-pf0\.vf0 counted \d+ bytes of a payload of \d+; tap guest-uplink counted \d+$/,
    );
    expect(comparisons).toEqual([]);
    expect(outcome.exitCode, outcome.stderr).toBe(1);
  });

  test('when too much is lost, or the far end is not reached', async () => {
    await sandbox.lab('up', LAB);
    // The wire to the server drops what is more than a trickle.
    const trickle =
      'PATH=$PATH:/usr/sbin:/sbin tc qdisc add dev server root tbf rate 5mbit burst 20k limit 20k';
    await sandbox.inNamespace(['sh', '-c', trickle]);
    const lossy = await sandbox.lab('bench', LAB, '--quick', '--only', 'udp-stream-1400');
    expect(lossy.stdout).toMatch(
      /No result:\n {2}UDP_STREAM, 1400 bytes, offload: [\d.]+ % of the datagrams were lost, more than 25 %/,
    );
    expect(lossy.exitCode, lossy.stderr).toBe(1);

    await sandbox.inNamespace(['ip', 'link', 'set', 'server', 'down']);
    const cut = await sandbox.lab('bench', LAB, ...QUICK);
    expect(cut.stdout).toContain('No result:\n  offload: the container reaches server: ');
    expect(cut.exitCode, cut.stderr).toBe(1);
  });
});
