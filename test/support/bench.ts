import { compare } from '../../src/bench/compare.js';
import { measurements, type Measurement } from '../../src/bench/measurements.js';
import type { BenchSettings, Comparison } from '../../src/bench/result.js';
import type { Reading, Sample } from '../../src/bench/tool.js';
import { RESULT_VERSION, type BenchResult, type KeptRun, type RunContext } from '../../src/results/run.js';
import { topologyShape } from '../../src/results/topology.js';
import { labWithNic } from './definition.js';
import { circumstances } from './results.js';

export const settings: BenchSettings = {
  tool: 'netperf',
  quick: false,
  runs: 3,
  warmUps: 1,
  seconds: 1,
  maxLossPercent: 5,
  maxRetransmitPercent: 1,
  confidence: 0.95,
};

export function measurement(name: Measurement['name']): Measurement {
  const found = measurements.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** What a tool would have read: one figure of throughput, or all four of latency from its mean. */
export function reading({ kind, protocol }: Measurement, value: number): Reading {
  return {
    figures:
      kind === 'throughput'
        ? { throughput: value }
        : { mean: value, p50: value * 0.9, p90: value * 1.5, p99: value * 4 },
    payloadBytes: 1_000_000,
    lossPercent: kind === 'throughput' && protocol === 'udp' ? 0.5 : null,
    retransmitPercent: protocol === 'tcp' ? 0 : null,
  };
}

/** The comparisons of these values, taken in turns. */
export function comparisonsOf(
  name: Measurement['name'],
  offload: readonly number[],
  software: readonly number[],
): Comparison[] {
  const of = measurement(name);
  const samples = offload.flatMap((value, index): Sample[] => [
    { ...reading(of, value), side: 'offload' },
    { ...reading(of, software[index] ?? 0), side: 'software' },
  ]);
  return compare(of, 'netperf', samples);
}

/** A whole bench, made up: twice the throughput, 100 usec less latency. */
export function benchResult(changes: Partial<BenchResult> = {}): BenchResult {
  return {
    version: RESULT_VERSION,
    id: 'offload-tap-20260102-030405-678',
    kind: 'bench',
    lab: 'offload-tap',
    instance: null,
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 61_000,
    circumstances,
    settings,
    setup: [{ ok: true, title: 'offload: the container reaches server', diagnostics: [] }],
    path: {
      places: { offload: 'tap guest-pf0.vf0', software: 'tap guest-uplink' },
      evidence: [
        { side: 'offload', payloadBytes: 1000, ownBytes: 1100, otherBytes: 42 },
        { side: 'software', payloadBytes: 900, ownBytes: 1000, otherBytes: 0 },
      ],
    },
    refusals: [],
    comparisons: [
      ...comparisonsOf('tcp-stream', [820, 800, 790], [400, 405, 398]),
      ...comparisonsOf('udp-stream-1400', [300, 310, 305], [150, 400, 160]),
      ...comparisonsOf('tcp-rr', [250, 255, 260], [352, 350, 361]),
    ],
    expectations: [{ expectation: 'throughput>=1.5', met: true, found: '2.00 (1.93 to 2.07)' }],
    ok: true,
    ...changes,
  };
}

export function context(changes: Partial<RunContext> = {}): RunContext {
  return {
    definition: { file: '/labs/offload-tap/lab.yaml', text: 'machines: {}\n', settings: [] },
    topology: topologyShape.parse(labWithNic({ vfs: 2 })),
    logs: [{ name: 'guest.console', text: 'booted\n' }],
    ...changes,
  };
}

export function keptBench(changes: Partial<BenchResult> = {}): KeptRun {
  return { ...benchResult(changes), context: context() };
}
