import { median } from 'simple-statistics';
import { figureNames, type FigureName, type Measurement, type Side } from './measurements.js';
import { NO_DIFFERENCE, type Comparison, type Estimate, type Verdict } from './result.js';
import { pairedDifference, pairedRatio, summarize } from './statistics.js';
import type { Sample, ToolName } from './tool.js';

/** The verdict on a ratio (offload divided by software): none if an end of its interval is missing or the interval contains 1. */
export function verdictOf({ low, high }: Estimate, better: 'higher' | 'lower'): Verdict {
  if (low === null || high === null || (low <= 1 && high >= 1)) return NO_DIFFERENCE;
  return low > 1 === (better === 'higher') ? 'offload is better' : 'software is better';
}

function onEachSide<T>(value: (side: Side) => T): Readonly<Record<Side, T>> {
  return { offload: value('offload'), software: value('software') };
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

/** Compares the figures of one measurement. `samples` are those of both sides, in the order in which they were taken. */
export function compare(measurement: Measurement, tool: ToolName, samples: readonly Sample[]): Comparison[] {
  const of = onEachSide((name) => samples.filter(({ side }) => side === name));
  const figures = figureNames.filter((figure) =>
    samples.every((sample) => sample.figures[figure] !== undefined),
  );
  const values = (name: Side, figure: FigureName): number[] =>
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
      lossPercent: onEachSide((name) => medianOf(of[name].map((sample) => sample.lossPercent))),
      retransmitPercent: onEachSide((name) => medianOf(of[name].map((sample) => sample.retransmitPercent))),
    };
  });
}
