import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keptBench } from '../support/bench.js';
import { jsonOf, usePlace, type JsonErrors } from './support/lab.js';

const place = usePlace();

describe('lab bench', () => {
  test('--dry-run tells what it would do, and makes nothing', async () => {
    const { exitCode, stdout } = await place().lab('bench', 'offload-tap', '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('offload:  a container in guest has pf0.vf0 (10.0.0.11/24)');
    expect(stdout).toContain('behind veth, bridge, routing and NAT on uplink (10.0.0.12/24)');
    expect(stdout).toContain('measure   UDP_STREAM, 65507 bytes, with netperf');
    expect(stdout).toMatch(/1 warm-up and 7 runs of 3 s on each side; about \d+ s under emulation/);
    expect(place().leftState()).toEqual([]);
  });

  test('--dry-run of a node tells of pods', async () => {
    const { exitCode, stdout } = await place().lab('bench', 'k8s-offload', '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'offload:  a pod on guest asks for sriov.lab/pf0 and gets pf0.vf0, with an address',
    );
    expect(stdout).toContain(
      'software: a pod on guest, on 10.244.0.0/24, behind veth, bridge, routing and NAT on uplink',
    );
    expect(place().leftState()).toEqual([]);
  });

  test('--dry-run --json says what is not a quick run, too', async () => {
    expect(jsonOf(await place().lab('bench', 'offload-tap', '--dry-run', '--json'))).toMatchObject({
      settings: {
        quick: false,
        runs: 7,
        seconds: 3,
        warmUps: 1,
        maxLossPercent: 25,
        maxRetransmitPercent: 5,
      },
    });
  });

  test('--dry-run --json has the same in parts, with --quick and iperf3', async () => {
    const outcome = await place().lab(
      'bench',
      'offload-tap',
      '--dry-run',
      '--json',
      '--quick',
      '--tool',
      'iperf3',
    );
    expect(jsonOf(outcome)).toMatchObject({
      lab: 'offload-tap',
      settings: { runs: 3, seconds: 1, tool: 'iperf3' },
      measurements: [
        { name: 'tcp-stream', tool: 'iperf3' },
        { name: 'udp-stream-1400', tool: 'iperf3' },
        { name: 'tcp-rr', tool: 'netperf' },
        { name: 'udp-rr', tool: 'netperf' },
      ],
    });
  });

  test.each([
    [['quickstart'], 'LAB-BENCH-NONE'],
    [['quickstart', '--dry-run'], 'LAB-BENCH-NONE'],
    [['offload-tap', '--expect', 'faster'], 'LAB-BENCH-EXPECT'],
    [['offload-tap', '--only', 'speed'], 'LAB-USAGE'],
    [['offload-tap', '--runs', '0'], 'LAB-USAGE'],
    [['offload-tap', '--tool', 'ping'], 'LAB-USAGE'],
  ])('%j is refused with %s before anything starts', async (args, code) => {
    const outcome = await place().lab('bench', ...args, '--json');
    expect(outcome.exitCode).toBe(2);
    expect((jsonOf(outcome) as JsonErrors).errors[0]?.code).toBe(code);
    expect(place().leftState()).toEqual([]);
  });

  test('two functions with nothing outside that counts are no comparison', async () => {
    place().write(
      'nested.yaml',
      `networks: { lan: }
peers: { server: { network: lan } }
machines:
  host: { nics: { pf0: { backend: { tap: lan }, vfs: 2 } } }
  guest: { on: host, nics: { a: { backend: { vdpa: pf0.vf0 } }, b: { backend: { vdpa: pf0.vf1 } } } }
bench: { machine: guest, peer: server, offload: a, software: b }
`,
    );
    const { exitCode, stdout } = await place().lab('bench', 'nested.yaml', '--dry-run');
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('has a (10.64.') as string,
    });
  });
});

describe('lab results and lab report', () => {
  const file = (name: string, id: string): string => place().write(name, JSON.stringify(keptBench({ id })));

  test('say that there are none', async () => {
    expect(await place().lab('results')).toMatchObject({
      exitCode: 0,
      stdout: 'no results yet: run `lab test` or `lab bench`\n',
    });
    expect(jsonOf(await place().lab('results', '--json'))).toEqual({ runs: [], removed: false });
  });

  test('a report of two runs in the order in which they are named, from files', async () => {
    const [one, two] = [file('z.json', 'first-run'), file('a.json', 'second-run')];
    const outcome = await place().lab('report', one, two, '-o', 'report.html', '--json');
    expect(jsonOf(outcome)).toEqual({ runs: ['first-run', 'second-run'], files: ['report.html'] });
    const page = readFileSync(join(place().folder, 'report.html'), 'utf8');
    expect(page).toContain('From first-run to second-run');
  });

  test('a run is shown as it was printed, as JSON and as JUnit', async () => {
    const run = file('run.json', 'some-run');
    const { stdout } = await place().lab('results', 'show', run, '--junit', 'run.xml');
    expect(stdout).toContain('kept as some-run');
    expect(readFileSync(join(place().folder, 'run.xml'), 'utf8')).toContain('<testsuite name="bench"');
    expect(jsonOf(await place().lab('results', 'show', run, '--json'))).toEqual(
      JSON.parse(readFileSync(run, 'utf8')),
    );
  });

  test.each([
    [['report', 'nothing', '-o', 'a.html'], 'LAB-RUN-UNKNOWN'],
    [['report', 'bad.json', '-o', 'a.html'], 'LAB-RUN-UNREADABLE'],
    [['report', 'run.json', '-o', 'a.pdf'], 'LAB-REPORT-FORMAT'],
    [['report', 'run.json', 'run.json', '-o', 'a.xml'], 'LAB-REPORT-RUNS'],
    [['report', 'run.json', '-o', '/nowhere/a.html'], 'LAB-REPORT-WRITE'],
    [['report', 'run.json'], 'LAB-USAGE'],
    [['results', 'show', 'nothing'], 'LAB-RUN-UNKNOWN'],
    [['results', '--prune'], 'LAB-RESULTS-PRUNE'],
    [['results', '--keep', '3'], 'LAB-USAGE'],
  ])('%j is refused with %s', async (args, code) => {
    file('run.json', 'some-run');
    place().write('bad.json', '{}');
    const outcome = await place().lab(...args, '--json');
    expect(outcome.exitCode).toBe(2);
    expect((jsonOf(outcome) as JsonErrors).errors[0]?.code).toBe(code);
    expect(existsSync(join(place().folder, 'a.html'))).toBe(false);
  });
});
