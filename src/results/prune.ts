import { rmSync } from 'node:fs';
import { UsageError } from '../errors/families.js';
import { storedRuns, type StoredRun } from './find.js';

const MS_PER_DAY = 86_400_000;

/** Which runs may be removed. */
export interface PruneLimits {
  /** How many of the newest runs of each lab to keep. */
  readonly keep: number | undefined;
  /** Runs that are not older than this are kept. */
  readonly olderThanDays: number | undefined;
}

/** The runs that no limit keeps. */
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

/** Removes the runs that no limit keeps, of labs with this name or of all. Throws UsageError without a limit. */
export function pruneRuns(
  state: string,
  lab: string | undefined,
  limits: PruneLimits,
  instance?: string,
): StoredRun[] {
  if (limits.keep === undefined && limits.olderThanDays === undefined) {
    throw new UsageError({
      code: 'LAB-RESULTS-PRUNE',
      message: '--prune does not say which runs to remove',
      hint: 'add --keep N (the newest N of each lab are kept), --older-than TIME (such as 30d), or both',
    });
  }
  const gone = superfluous(storedRuns(state, lab, instance).runs, limits, new Date());
  for (const { file } of gone) rmSync(file, { force: true });
  return gone;
}
