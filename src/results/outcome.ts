import type { Run } from './run.js';

/** Whether a run found nothing wrong. */
export function hasPassed(run: Run): boolean {
  return run.kind === 'bench' ? run.ok : run.checks.length > 0 && run.checks.every(({ ok }) => ok);
}

/** The outcome of a run in a few words. */
export function outcomeOf(run: Run): string {
  if (run.kind === 'bench') {
    if (run.refusals.length > 0) return 'refused';
    return run.ok ? 'measured' : 'an expectation is not met';
  }
  const failed = run.checks.filter(({ ok }) => !ok).length;
  if (run.checks.length === 0) return 'no check ran';
  return hasPassed(run) ? 'passed' : `${failed} of ${run.checks.length} checks failed`;
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string;
  readonly kind: Run['kind'];
  readonly lab: string;
  readonly instance: string | null;
  readonly startedAt: string;
  readonly accelerator: string;
  readonly ok: boolean;
  readonly outcome: string;
}

export function runSummary(run: Run): RunSummary {
  const { id, kind, lab, instance, startedAt, circumstances } = run;
  return {
    id,
    kind,
    lab,
    instance,
    startedAt,
    accelerator: circumstances.accelerator,
    ok: hasPassed(run),
    outcome: outcomeOf(run),
  };
}
