import { outcomeOf } from '../report/run-text.js';
import { hasPassed, type Run } from './run.js';

/** What a list says of a run. */
export interface RunSummary {
  readonly id: string;
  readonly kind: Run['kind'];
  readonly lab: string;
  readonly startedAt: string;
  readonly accelerator: string;
  readonly ok: boolean;
  readonly outcome: string;
}

export function runSummary(run: Run): RunSummary {
  const { id, kind, lab, startedAt, environment } = run;
  return {
    id,
    kind,
    lab,
    startedAt,
    accelerator: environment.accelerator,
    ok: hasPassed(run),
    outcome: outcomeOf(run),
  };
}
