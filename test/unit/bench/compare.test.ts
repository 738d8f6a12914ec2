import { describe, expect, it } from 'vitest';
import { compare, verdictOf } from '../../../src/bench/compare.js';
import type { Estimate } from '../../../src/bench/result.js';
import type { Sample } from '../../../src/bench/tool.js';
import { measurement, reading } from '../../support/bench.js';

function interval(low: number | null, high: number | null): Estimate {
  return { value: 1.5, low, high };
}

describe('the verdict on a ratio', () => {
  it.each<[number | null, number | null, 'higher' | 'lower', string]>([
    [1.01, 2, 'higher', 'offload is better'],
    [1.01, 2, 'lower', 'software is better'],
    [0.5, 0.99, 'higher', 'software is better'],
    [0.5, 0.99, 'lower', 'offload is better'],
    [0.5, 2, 'higher', 'no difference can be shown'],
    [1, 2, 'higher', 'no difference can be shown'],
    [0.5, 1, 'lower', 'no difference can be shown'],
    [null, 2, 'higher', 'no difference can be shown'],
    [1.01, null, 'higher', 'no difference can be shown'],
  ])('from %s to %s, where %s is better: %s', (low, high, better, verdict) => {
    expect(verdictOf(interval(low, high), better)).toBe(verdict);
  });
});

describe('a comparison', () => {
  const stream = measurement('udp-stream-64');
  const sample = (side: Sample['side'], value: number, more: Partial<Sample> = {}): Sample => ({
    ...reading(stream, value),
    side,
    ...more,
  });

  it('of throughput says what was measured, with what, and in which unit', () => {
    const [only, ...rest] = compare(stream, 'iperf3', [
      sample('offload', 20),
      sample('software', 10),
      sample('offload', 30),
      sample('software', 15),
    ]);
    expect(rest).toEqual([]);
    expect(only).toMatchObject({
      measurement: 'udp-stream-64',
      title: 'UDP_STREAM, 64 bytes',
      figure: 'throughput',
      unit: 'Mbit/s',
      better: 'higher',
      tool: 'iperf3',
      summaries: { offload: { values: [20, 30], median: 25 }, software: { values: [10, 15], median: 12.5 } },
      verdict: 'offload is better',
    });
    expect(only?.ratio.value).toBeCloseTo(2, 9);
    expect(only?.difference.value).toBe(12.5);
  });

  it('of latency has a figure for each percentile, where lower is better', () => {
    const of = measurement('tcp-rr');
    const samples = [3, 4].flatMap((value): Sample[] => [
      { ...reading(of, value), side: 'offload' },
      { ...reading(of, 2 * value), side: 'software' },
    ]);
    const found = compare(of, 'netperf', samples);
    expect(found.map(({ figure, unit, better, verdict }) => [figure, unit, better, verdict])).toEqual(
      ['mean', 'p50', 'p90', 'p99'].map((figure) => [figure, 'usec', 'lower', 'offload is better']),
    );
  });

  it('leaves out a figure that one sample lacks', () => {
    const of = measurement('udp-rr');
    const samples: Sample[] = [
      { ...reading(of, 3), side: 'offload' },
      { ...reading(of, 4), figures: { mean: 4 }, side: 'software' },
    ];
    expect(compare(of, 'netperf', samples).map(({ figure }) => figure)).toEqual(['mean']);
  });

  it('has the median of what each side lost, and null where nothing is counted', () => {
    const [only] = compare(stream, 'netperf', [
      sample('offload', 20, { lossPercent: 1 }),
      sample('software', 10, { lossPercent: 7 }),
      sample('offload', 20, { lossPercent: 9 }),
      sample('software', 10, { lossPercent: null }),
      sample('offload', 20, { lossPercent: 2 }),
      sample('software', 10, { lossPercent: 8 }),
    ]);
    expect(only?.lossPercent).toEqual({ offload: 2, software: 7.5 });
    expect(only?.retransmitPercent).toEqual({ offload: null, software: null });
  });
});
