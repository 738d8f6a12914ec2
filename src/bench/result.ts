import * as z from 'zod';
import { assertionShape } from '../checks/result.js';
import type { DeepReadonly } from '../model/deep-readonly.js';
import { figureNames, measurementNames, sides } from './measurements.js';
import { toolNames } from './tool.js';

/** The probability that an interval contains the true value. */
export const CONFIDENCE = 0.95;

export const NO_DIFFERENCE = 'no difference can be shown';

const count = z.int().min(0);
const share = z.number().min(0).max(100);

function onBothSides<T extends z.ZodType>(
  value: T,
): z.ZodObject<{ offload: T; software: T }, z.core.$strict> {
  return z.strictObject({ offload: value, software: value });
}

const summary = z.strictObject({
  median: z.number(),
  lowerQuartile: z.number(),
  upperQuartile: z.number(),
  min: z.number(),
  max: z.number(),
  values: z.array(z.number()).min(1).describe('In the order in which they were taken'),
});

/** Describes several values of one thing, in their unit. */
export type Summary = DeepReadonly<z.infer<typeof summary>>;

const estimate = z.strictObject({
  value: z.number(),
  low: z.number().nullable().describe('Lower end of the confidence interval; null: too few runs'),
  high: z.number().nullable(),
});

/** An estimate with its confidence interval; the ends are null where there are too few values. */
export type Estimate = DeepReadonly<z.infer<typeof estimate>>;

const comparison = z.strictObject({
  measurement: z.enum(measurementNames),
  title: z.string(),
  figure: z.enum(figureNames),
  unit: z.enum(['Mbit/s', 'usec']),
  better: z.enum(['higher', 'lower']),
  tool: z.enum(toolNames),
  summaries: onBothSides(summary),
  ratio: estimate.describe('Offload divided by software'),
  difference: estimate.describe('Offload minus software, in the unit'),
  verdict: z.enum(['offload is better', 'software is better', NO_DIFFERENCE]),
  lossPercent: onBothSides(share.nullable()).describe('Medians over the runs; null for TCP'),
  retransmitPercent: onBothSides(z.number().min(0).nullable()).describe(
    'Medians over the runs; null for UDP',
  ),
});

/** One figure on both sides. */
export type Comparison = DeepReadonly<z.infer<typeof comparison>>;
export type Verdict = Comparison['verdict'];

const settings = z.strictObject({
  tool: z.enum(toolNames),
  quick: z.boolean(),
  runs: count.describe('Runs of each measurement on each side that count'),
  warmUps: count.describe('Runs before those, whose figures are thrown away'),
  seconds: count.describe('Duration of each run'),
  maxLossPercent: share,
  maxRetransmitPercent: share,
  confidence: z.number().gt(0).lt(1).describe('Of the confidence intervals'),
});

export type BenchSettings = DeepReadonly<z.infer<typeof settings>>;

const pathEvidence = z.strictObject({
  side: z.enum(sides),
  payloadBytes: z.number().describe('What the tool moved'),
  ownBytes: z.number().describe('Counted where the packets of this side have to pass'),
  otherBytes: z.number().describe('Counted meanwhile where those of the other side have to pass'),
});

/** What was counted outside the machine while one side was measured. */
export type PathEvidence = DeepReadonly<z.infer<typeof pathEvidence>>;

const expectationResult = z.strictObject({
  expectation: z.string(),
  met: z.boolean(),
  found: z.string().describe('In words'),
});

/** Whether a bench has shown what `--expect` asks for. */
export type ExpectationResult = DeepReadonly<z.infer<typeof expectationResult>>;

/** The part of a result that is specific to `lab bench`. */
export const benchFindings = {
  settings,
  setup: z.array(assertionShape).describe('Assertions of the scripts that set up the two sides'),
  path: z.strictObject({
    places: onBothSides(z.string()).describe('Where the packets of each side have to pass'),
    evidence: z.array(pathEvidence),
  }),
  refusals: z.array(z.string()).describe('Why there is no result; empty when there is one'),
  comparisons: z.array(comparison),
  expectations: z.array(expectationResult),
  ok: z.boolean().describe('Whether there is a result, and every expectation is met'),
};
