import type { Assertion } from '../checks/check.js';
import type { Environment, RunHead } from '../checks/result.js';
import type { PathEvidence, PathObserver } from './path.js';
import type { EnvironmentName, FigureName } from './sample.js';
import type { MeasurementName } from './measurements.js';
import type { Estimate, Summary } from './statistics.js';
import type { ToolName } from './tool.js';

export const NO_DIFFERENCE = 'no difference can be shown';

export type Verdict = 'offload is better' | 'software is better' | typeof NO_DIFFERENCE;

/** One figure in both environments. */
export interface Comparison {
  readonly measurement: MeasurementName;
  readonly title: string;
  readonly figure: FigureName;
  readonly unit: 'Mbit/s' | 'usec';
  readonly better: 'higher' | 'lower';
  readonly tool: ToolName;
  readonly summaries: Readonly<Record<EnvironmentName, Summary>>;
  /** Offload divided by software. */
  readonly ratio: Estimate;
  /** Offload less software, in the unit. */
  readonly difference: Estimate;
  readonly verdict: Verdict;
  /** Medians over the runs, in percent; null where there is no such thing. */
  readonly lossPercent: Readonly<Record<EnvironmentName, number | null>>;
  readonly retransmitPercent: Readonly<Record<EnvironmentName, number | null>>;
}

export interface BenchSettings {
  readonly tool: ToolName;
  readonly quick: boolean;
  /** Runs of each measurement in each environment that count. */
  readonly runs: number;
  /** Runs before those, which are thrown away. */
  readonly warmUps: number;
  /** Of each run. */
  readonly seconds: number;
  readonly maxLossPercent: number;
  readonly maxRetransmitPercent: number;
  /** Of the intervals. */
  readonly confidence: number;
}

/** Whether what `--expect` asked for has been shown. */
export interface ExpectationResult {
  readonly expectation: string;
  readonly met: boolean;
  /** What was found, in words. */
  readonly found: string;
}

/** What `lab bench` found, as `--json` prints it and results/ keeps it. */
export interface BenchResult extends RunHead {
  readonly kind: 'bench';
  readonly durationMs: number;
  readonly environment: Environment;
  readonly settings: BenchSettings;
  /** What the scripts said that made the environments. */
  readonly setup: readonly Assertion[];
  readonly path: {
    readonly places: PathObserver['places'];
    readonly evidence: readonly PathEvidence[];
  };
  /** Why there is no result; empty when there is one. */
  readonly refusals: readonly string[];
  readonly comparisons: readonly Comparison[];
  readonly expectations: readonly ExpectationResult[];
  /** Neither refused nor short of what was expected. */
  readonly ok: boolean;
}
