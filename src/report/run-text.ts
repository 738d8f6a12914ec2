import type { Run } from '../results/run.js';
import { benchText } from './bench-text.js';
import { toTap } from './tap.js';

/** A run as the command that made it printed it. */
export function runText(run: Run): string {
  return run.kind === 'bench' ? benchText(run) : toTap(run);
}
