import type { BenchResult, Comparison } from './result.js';
import { NO_DIFFERENCE } from './result.js';
import { environmentNames, type EnvironmentName } from './sample.js';
import { unpairedRatio, type Estimate } from './statistics.js';

export type ChangeVerdict = 'better' | 'worse' | typeof NO_DIFFERENCE;

/** One figure of one environment in two runs. */
export interface FigureChange {
  readonly measurement: Comparison['measurement'];
  readonly title: string;
  readonly figure: Comparison['figure'];
  readonly unit: Comparison['unit'];
  readonly environment: EnvironmentName;
  /** Medians. */
  readonly before: number;
  readonly after: number;
  /** After divided by before. */
  readonly ratio: Estimate;
  readonly verdict: ChangeVerdict;
}

function verdictOf({ low, high }: Estimate, better: 'higher' | 'lower'): ChangeVerdict {
  if (low === null || high === null || (low <= 1 && high >= 1)) return NO_DIFFERENCE;
  return low > 1 === (better === 'higher') ? 'better' : 'worse';
}

function change(before: Comparison, after: Comparison, environment: EnvironmentName): FigureChange {
  const [first, second] = [before.summaries[environment], after.summaries[environment]];
  const { measurement, title, figure, unit, better } = after;
  const ratio = unpairedRatio(second.values, first.values);
  return {
    ...{ measurement, title, figure, unit, environment, ratio },
    before: first.median,
    after: second.median,
    verdict: verdictOf(ratio, better),
  };
}

/** What got better or worse from one bench to another, of the figures that both have. */
export function figureChanges(before: BenchResult, after: BenchResult): FigureChange[] {
  return after.comparisons.flatMap((comparison) => {
    const same = before.comparisons.find(
      ({ measurement, figure }) => measurement === comparison.measurement && figure === comparison.figure,
    );
    if (same === undefined) return [];
    return environmentNames.map((environment) => change(same, comparison, environment));
  });
}
