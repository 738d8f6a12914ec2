import { formatError } from '../errors/format.js';
import { damagedRecords } from '../lab/record.js';
import type { Progress } from '../model/progress.js';

/** A lab whose record is damaged, so that nothing else is known of it. */
export interface DamagedLab {
  readonly id: string;
  readonly problem: string;
}

/** Warns of each lab whose record is damaged, and returns them. */
export function nameDamaged(state: string, progress: Progress): DamagedLab[] {
  const damaged = damagedRecords(state);
  for (const { error } of damaged) progress.warn(formatError(error));
  return damaged.map(({ id, error }) => ({ id, problem: error.message }));
}
