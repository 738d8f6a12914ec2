import { sides, type Side } from './measurements.js';
import { NO_DIFFERENCE, type Comparison, type Estimate } from './result.js';
import { unpairedRatio } from './statistics.js';

export type ChangeVerdict = 'better' | 'worse' | typeof NO_DIFFERENCE;

/** One figure of one side in two runs. */
export interface FigureChange {
  readonly measurement: Comparison['measurement'];
  readonly title: string;
  readonly figure: Comparison['figure'];
  readonly unit: Comparison['unit'];
  readonly side: Side;
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

function change(before: Comparison, after: Comparison, side: Side): FigureChange {
  const [first, second] = [before.summaries[side], after.summaries[side]];
  const { measurement, title, figure, unit, better } = after;
  const ratio = unpairedRatio(second.values, first.values);
  return {
    ...{ measurement, title, figure, unit, side, ratio },
    before: first.median,
    after: second.median,
    verdict: verdictOf(ratio, better),
  };
}

/** What got better or worse from one bench to another, for the figures that both measured. */
export function figureChanges(before: readonly Comparison[], after: readonly Comparison[]): FigureChange[] {
  return after.flatMap((comparison) => {
    const same = before.find(
      ({ measurement, figure }) => measurement === comparison.measurement && figure === comparison.figure,
    );
    if (same === undefined) return [];
    return sides.map((side) => change(same, comparison, side));
  });
}
