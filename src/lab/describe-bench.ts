import { containersOf } from '../bench/containers/containers-of.js';
import type { BenchSettings } from '../bench/result.js';
import type { Bench } from '../model/bench.js';
import type { Lab } from '../model/lab.js';
import { benchPlan } from '../bench/plan.js';
import { benchOf } from './bench-lab.js';

/** How much longer a run of a tool takes under emulation than the time it measures. */
const SECONDS_PER_RUN = 1;

/** What `lab bench --dry-run` prints. */
export interface BenchDescription {
  readonly lab: string;
  readonly bench: Bench;
  readonly measurements: readonly { readonly name: string; readonly tool: string }[];
  readonly settings: BenchSettings;
  /** About how long the measurements take under emulation; bringing the lab up is not included. */
  readonly takesSeconds: number;
  /** The same in words. */
  readonly lines: readonly string[];
}

/** Describes what would be measured. Throws UsageError when the lab has no bench. */
export function describeBench(lab: Lab, only: readonly string[], settings: BenchSettings): BenchDescription {
  const bench = benchOf(lab);
  const { offload, software } = containersOf(lab, bench).words;
  const { runs, warmUps, seconds } = settings;
  const plan = benchPlan(only, settings);
  const takesSeconds = plan.length * 2 * (runs + warmUps) * (seconds + SECONDS_PER_RUN);
  return {
    lab: lab.name,
    bench,
    measurements: plan.map(({ measurement, tool }) => ({ name: measurement.name, tool: tool.name })),
    settings,
    takesSeconds,
    lines: [
      `offload:  ${offload}`,
      `software: ${software}`,
      `far end:  ${bench.peer}`,
      ...plan.map(({ measurement, tool }) => `measure   ${measurement.title}, with ${tool.name}`),
      `alternating: ${warmUps} warm-up and ${runs} runs of ${seconds} s on each side; about ${takesSeconds} s under emulation, plus the time to bring ${lab.name} up`,
    ],
  };
}
