import { describe, expect, it } from 'vitest';
import { otherSide, type Measurement, type Side } from '../../../src/bench/measurements.js';
import type { BytesBySide } from '../../../src/bench/path.js';
import { runBench, type BenchWorld, type Measured } from '../../../src/bench/run-bench.js';
import type { Reading, Tool } from '../../../src/bench/tool.js';
import { silentTask, type Task } from '../../../src/model/task.js';
import type { RunResult } from '../../../src/process/run.js';
import { measurement, reading, settings } from '../../support/bench.js';

const CHATTER = { bytes: 16_384, share: 0.01 };
const NO_CHATTER = { bytes: 0, share: 0 };

interface Fake {
  /** What the run of this number, from 0, reads; numbers count both sides. */
  read?: (side: Side, run: number) => Partial<Reading>;
  /** Bytes that pass the own place and the other one. */
  pass?: (side: Side, payload: number) => { own: number; other: number };
  exitCode?: number;
  printed?: string;
  places?: Readonly<Record<Side, string>>;
}

/** Runs one measurement in a world that is made up; tells who was measured in which order, too. */
async function bench(
  fake: Fake,
  name: 'tcp-stream' | 'udp-stream-64' = 'tcp-stream',
): Promise<Measured & { turns: string[] }> {
  const of = measurement(name);
  const turns: Side[] = [];
  let counted: BytesBySide = { offload: 0, software: 0 };
  const readingOf = (): Reading => {
    const side = turns.at(-1) ?? 'offload';
    return { ...reading(of, 100), ...fake.read?.(side, turns.length - 1) };
  };
  const tool: Tool = {
    name: 'netperf',
    client: () => ['client'],
    parse: (_, printed) => {
      if (printed !== 'fine') throw new Error(`cannot read ${printed}`);
      return readingOf();
    },
  };
  const world: BenchWorld = {
    address: '10.0.0.1',
    acceleration: 'TCG',
    observer: {
      places: fake.places ?? { offload: 'tap a', software: 'tap b' },
      chatter: { offload: CHATTER, software: CHATTER },
      read: async () => Promise.resolve(counted),
    },
    run: async (side) => {
      turns.push(side);
      const { payloadBytes } = readingOf();
      const { own, other } = fake.pass?.(side, payloadBytes) ?? {
        own: payloadBytes * 1.05,
        other: 300,
      };
      counted = {
        ...counted,
        [side]: counted[side] + own,
        [otherSide(side)]: counted[otherSide(side)] + other,
      };
      return Promise.resolve({ exitCode: fake.exitCode ?? 0, stdout: fake.printed ?? 'fine', stderr: '' });
    },
  };
  const measured = await runBench(world, [{ measurement: of, tool }], settings, silentTask());
  return { ...measured, turns };
}

describe('a bench', () => {
  it('takes turns, A B A B, and throws the warm-up away', async () => {
    const { turns, comparisons, refusals } = await bench({
      read: (side, run) => ({
        figures: { throughput: run < 2 ? 1 : side === 'offload' ? 200 + run : 100 + run },
      }),
    });
    expect(refusals).toEqual([]);
    expect(turns).toEqual([
      'offload',
      'software',
      'offload',
      'software',
      'offload',
      'software',
      'offload',
      'software',
    ]);
    expect(comparisons[0]?.summaries.offload.values).toEqual([202, 204, 206]);
    expect(comparisons[0]?.summaries.software.values).toEqual([103, 105, 107]);
    expect(comparisons[0]?.verdict).toBe('offload is better');
  });

  it('says that no difference can be shown, in those words, when the spread swamps it', async () => {
    const values = [1, 1, 150, 100, 90, 140, 160, 100];
    const { comparisons } = await bench({
      read: (_, run) => ({ figures: { throughput: values[run] ?? 1 } }),
    });
    expect(comparisons[0]?.ratio.value).toBeGreaterThan(1);
    expect(comparisons[0]?.verdict).toBe('no difference can be shown');
  });

  it('adds up what was counted outside', async () => {
    const { evidence } = await bench({});
    expect(evidence).toHaveLength(8);
    expect(evidence[0]).toEqual({
      side: 'offload',
      payloadBytes: 1e6,
      ownBytes: 1.05e6,
      otherBytes: 300,
    });
  });

  it.each<[string, Fake, RegExp]>([
    [
      'datagrams are lost',
      { read: () => ({ lossPercent: 5.1 }) },
      /offload: 5\.1 % of the datagrams were lost, more than 5 %/,
    ],
    [
      'segments are retransmitted',
      { read: (name) => ({ retransmitPercent: name === 'software' ? 2 : 0 }) },
      /software: 2\.00 % of the segments were retransmitted, more than 1 %/,
    ],
    ['nothing arrives', { read: () => ({ figures: { throughput: 0 } }) }, /nothing arrived at the far end/],
    [
      'the tool fails',
      { exitCode: 1, printed: 'no route to host' },
      /netperf ended with 1: no route to host/,
    ],
    ['the tool says something else', { printed: 'garbage' }, /cannot read garbage/],
    [
      'the payload took the other path',
      { pass: (_, payload) => ({ own: 300, other: payload }) },
      /offload: tap a counted 300 bytes of a payload of 1000000; tap b counted 1000000/,
    ],
    [
      'the payload passed the other place as well',
      { pass: (name, payload) => ({ own: payload, other: name === 'software' ? payload : 0 }) },
      /software: the payload of 1000000 bytes passed tap a as well/,
    ],
    [
      'both have one place',
      { places: { offload: 'tap a', software: 'tap a' } },
      /both sides pass tap a: their paths do not differ/,
    ],
  ])('refuses a result when %s', async (_, fake, reason) => {
    const { comparisons, refusals } = await bench(fake);
    expect(comparisons).toEqual([]);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(reason);
    expect(refusals[0]).toMatch(/^TCP_STREAM/);
  });

  it('stops at the first run that counts and cannot be believed', async () => {
    const { turns } = await bench({ read: () => ({ lossPercent: 50 }) }, 'udp-stream-64');
    expect(turns).toEqual(['offload', 'software', 'offload']);
  });

  it('does not mind what a warm-up loses, but the path that it takes', async () => {
    const lossy = await bench({ read: (_, run) => ({ lossPercent: run < 2 ? 50 : 0 }) });
    expect(lossy.refusals).toEqual([]);
    const astray = await bench({ pass: () => ({ own: 0, other: 0 }) });
    expect(astray.turns).toHaveLength(1);
  });

  it('ends when it is told to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const world: BenchWorld = {
      address: '',
      acceleration: 'TCG',
      observer: {
        places: { offload: 'a', software: 'b' },
        chatter: { offload: NO_CHATTER, software: NO_CHATTER },
        read: async () => Promise.resolve({ offload: 0, software: 0 }),
      },
      run: async () => Promise.reject(new Error('it was run')),
    };
    const plan = [{ measurement: measurement('tcp-rr'), tool: {} as Tool }];
    await expect(runBench(world, plan, settings, silentTask(controller.signal))).rejects.toThrow('enough');
  });

  it('believes what is just at its limits', async () => {
    const lossy = await bench({ read: () => ({ lossPercent: 5, retransmitPercent: 1 }) });
    expect(lossy.refusals).toEqual([]);
    const nothing = await bench({ read: () => ({ figures: { throughput: NaN } }) });
    expect(nothing.refusals).toEqual(['TCP_STREAM, offload: nothing arrived at the far end']);
  });

  it('says what the tool said on both of its outputs', async () => {
    const { refusals, evidence } = await bench({ exitCode: 7, printed: 'half an answer \n' });
    expect(refusals).toEqual(['TCP_STREAM, offload: netperf ended with 7: half an answer']);
    expect(evidence).toEqual([]);
  });

  it('keeps the evidence up to the refusal, of earlier measurements as well', async () => {
    const { evidence, refusals } = await bench({ pass: (_, payload) => ({ own: payload - 1, other: 0 }) });
    expect(refusals).toHaveLength(1);
    expect(evidence).toEqual([{ side: 'offload', payloadBytes: 1e6, ownBytes: 999_999, otherBytes: 0 }]);
  });

  const [first, second] = [measurement('tcp-stream'), measurement('tcp-rr')];
  const steady: Pick<BenchWorld, 'address' | 'acceleration'> = { address: '10.0.0.1', acceleration: 'TCG' };

  /** A world that counts what `run` moves on the own path, and a task that writes down its steps. */
  function recorded(run: BenchWorld['run']): { world: BenchWorld; task: Task; told: string[] } {
    const told: string[] = [];
    const counted = { offload: 0, software: 0 };
    const world: BenchWorld = {
      ...steady,
      observer: {
        places: { offload: 'a', software: 'b' },
        chatter: { offload: NO_CHATTER, software: NO_CHATTER },
        read: async () => Promise.resolve({ ...counted }),
      },
      run: async (side, argv) => {
        counted[side] += 1e6;
        told.push(argv.join(' '));
        return run(side, argv);
      },
    };
    const task: Task = {
      ...silentTask(),
      step: (title) => ({
        update: (detail) => told.push(`${title}: ${detail}`),
        done: () => told.push(`${title}: done`),
        failed: () => told.push(`${title}: failed`),
      }),
    };
    return { world, task, told };
  }

  const tool = (of: Measurement): Tool => ({
    name: 'netperf',
    client: (measured, address, seconds) => ['client', measured.name, address, String(seconds)],
    parse: () => reading(of, 100),
  });
  const fine = async (): Promise<RunResult> => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
  const short = { ...settings, runs: 1, seconds: 2 };

  it('tells each run of each measurement, and gives the client what it needs', async () => {
    const { world, task, told } = recorded(fine);
    const plan = [first, second].map((one) => ({ measurement: one, tool: tool(one) }));
    const { comparisons, evidence, refusals } = await runBench(world, plan, short, task);
    expect(refusals).toEqual([]);
    expect(comparisons.map(({ figure }) => figure)).toEqual(['throughput', 'mean', 'p50', 'p90', 'p99']);
    expect(evidence).toHaveLength(8);
    const runs = (title: string, name: string): string[] => [
      ...[`${title} (TCG): warm-up, offload`, `client ${name} 10.0.0.1 2`],
      ...[`${title} (TCG): warm-up, software`, `client ${name} 10.0.0.1 2`],
      ...[`${title} (TCG): run 1 of 1, offload`, `client ${name} 10.0.0.1 2`],
      ...[`${title} (TCG): run 1 of 1, software`, `client ${name} 10.0.0.1 2`],
      `${title} (TCG): done`,
    ];
    expect(told).toEqual([...runs('TCP_STREAM', 'tcp-stream'), ...runs('TCP_RR', 'tcp-rr')]);
  });

  it('that is refused in its second measurement has no figure of the first, but its evidence', async () => {
    const { world, task, told } = recorded(async (_, argv) =>
      argv[1] === 'tcp-rr' ? Promise.resolve({ exitCode: 1, stdout: '', stderr: 'gone' }) : fine(),
    );
    const plan = [first, second].map((one) => ({ measurement: one, tool: tool(one) }));
    const { comparisons, evidence, refusals } = await runBench(world, plan, short, task);
    expect(comparisons).toEqual([]);
    expect(evidence).toHaveLength(4);
    expect(refusals).toEqual(['TCP_RR, offload: netperf ended with 1: gone']);
    expect(told.at(-1)).toBe('TCP_RR (TCG): failed');
  });

  it('fails, and is not refused, when the machine goes away', async () => {
    const { world, task, told } = recorded(async () => Promise.reject(new Error('the guest is gone')));
    const plan = [{ measurement: first, tool: tool(first) }];
    await expect(runBench(world, plan, short, task)).rejects.toThrow('the guest is gone');
    expect(told.at(-1)).toBe('TCP_STREAM (TCG): failed');
  });
});
