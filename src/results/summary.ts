import { hasPassed, outcomeOf, type Run } from './run.js';

/** What a list says about a run. */
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
  const { id, kind, lab, startedAt, circumstances } = run;
  return {
    id,
    kind,
    lab,
    startedAt,
    accelerator: circumstances.accelerator,
    ok: hasPassed(run),
    outcome: outcomeOf(run),
  };
}
