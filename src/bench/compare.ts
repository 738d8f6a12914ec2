import { median } from 'simple-statistics';
import type { Measurement } from './measurements.js';
import { NO_DIFFERENCE, type Comparison, type Verdict } from './result.js';
import {
  environmentNames,
  figureNames,
  type EnvironmentName,
  type FigureName,
  type Sample,
} from './sample.js';
import { pairedDifference, pairedRatio, summarize, type Estimate } from './statistics.js';
import type { ToolName } from './tool.js';

/** What an interval of offload divided by software says. With an end missing or 1 inside it says nothing. */
export function verdictOf({ low, high }: Estimate, better: 'higher' | 'lower'): Verdict {
  if (low === null || high === null || (low <= 1 && high >= 1)) return NO_DIFFERENCE;
  return low > 1 === (better === 'higher') ? 'offload is better' : 'software is better';
}

function byEnvironment<T>(value: (environment: EnvironmentName) => T): Readonly<Record<EnvironmentName, T>> {
  return Object.fromEntries(environmentNames.map((name) => [name, value(name)])) as Record<
    EnvironmentName,
    T
  >;
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

/** The figures of one measurement, from the samples of both environments in the order in which they were taken. */
export function compare(measurement: Measurement, tool: ToolName, samples: readonly Sample[]): Comparison[] {
  const of = byEnvironment((name) => samples.filter(({ environment }) => environment === name));
  const figures = figureNames.filter((figure) =>
    samples.every((sample) => sample.figures[figure] !== undefined),
  );
  const values = (name: EnvironmentName, figure: FigureName): number[] =>
    of[name].map((sample) => sample.figures[figure] ?? NaN);
  return figures.map((figure) => {
    const [offload, software] = [values('offload', figure), values('software', figure)];
    const better = figure === 'throughput' ? 'higher' : 'lower';
    const ratio = pairedRatio(offload, software);
    return {
      measurement: measurement.name,
      title: measurement.title,
      figure,
      unit: figure === 'throughput' ? 'Mbit/s' : 'usec',
      better,
      tool,
      summaries: { offload: summarize(offload), software: summarize(software) },
      ratio,
      difference: pairedDifference(offload, software),
      verdict: verdictOf(ratio, better),
      lossPercent: byEnvironment((name) => medianOf(of[name].map((sample) => sample.lossPercent))),
      retransmitPercent: byEnvironment((name) =>
        medianOf(of[name].map((sample) => sample.retransmitPercent)),
      ),
    };
  });
}
