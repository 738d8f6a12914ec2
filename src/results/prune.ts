import { rmSync } from 'node:fs';
import { UsageError } from '../errors/families.js';
import { storedRuns, type StoredRun } from './find.js';

const MS_PER_DAY = 86_400_000;

/** Which runs may go. */
export interface PruneLimits {
  /** So many of the newest of each lab stay. */
  readonly keep: number | undefined;
  /** Those that are not older than so many days stay. */
  readonly olderThanDays: number | undefined;
}

/** Runs that all limits let go. */
export function superfluous(runs: readonly StoredRun[], limits: PruneLimits, now: Date): StoredRun[] {
  const newer = new Map<string, number>();
  return runs.filter(({ run }) => {
    const before = newer.get(run.lab) ?? 0;
    newer.set(run.lab, before + 1);
    const ageDays = (now.getTime() - Date.parse(run.startedAt)) / MS_PER_DAY;
    return (
      (limits.keep === undefined || before >= limits.keep) &&
      (limits.olderThanDays === undefined || ageDays > limits.olderThanDays)
    );
  });
}

/** Removes runs that all limits let go, of labs of this name or of all. Throws UsageError without any limit. */
export function pruneRuns(lab: string | undefined, limits: PruneLimits): StoredRun[] {
  if (limits.keep === undefined && limits.olderThanDays === undefined) {
    throw new UsageError({
      code: 'LAB-RESULTS-PRUNE',
      message: '--prune does not say which runs may go',
      hint: 'add --keep N (the newest of each lab stay), --older-than DAYS, or both',
    });
  }
  const gone = superfluous(storedRuns(lab).runs, limits, new Date());
  for (const { file } of gone) rmSync(file, { force: true });
  return gone;
}
