import { hasPassed, type Run } from '../results/run.js';
import { benchText } from './bench-text.js';
import { toTap } from './tap.js';

/** What a run found, in a few words. */
export function outcomeOf(run: Run): string {
  if (run.kind === 'bench') {
    if (run.refusals.length > 0) return 'refused';
    return run.ok ? 'measured' : 'short of what was expected';
  }
  const failed = run.checks.filter(({ ok }) => !ok).length;
  if (run.checks.length === 0) return 'no check ran';
  return hasPassed(run) ? 'passed' : `${failed} of ${run.checks.length} checks failed`;
}

/** A run as the command printed it that made it. */
export function runText(run: Run): string {
  return run.kind === 'bench' ? benchText(run) : toTap(run);
}
