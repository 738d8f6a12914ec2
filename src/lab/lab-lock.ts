import { StateError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import { locatedIn } from '../process/located.js';
import { waitForLock, type LockWait } from '../process/wait-for-lock.js';
import type { LabFolder } from './record.js';

/** Long enough for a test or a bench of the same lab, and another one before it. */
const WAIT_MS = 3_600_000;

/**
 * Runs `work` while no other command changes the lab. Shows a step if it has to wait. `purpose`: what other commands show while they wait
 * for this one. Throws StateError if another command holds the lab for longer than an hour.
 */
export async function withLabLock<T>(
  folder: LabFolder,
  purpose: string,
  task: Task,
  work: () => Promise<T>,
): Promise<T> {
  const wait: LockWait = {
    purpose,
    nameOf: (holder) => `\`${holder.purpose}\` (process ${holder.pid})`,
    activity: 'is using this lab',
    limitMs: WAIT_MS,
    late: (holder) =>
      new StateError({
        code: 'LAB-BUSY',
        message: `${holder} has been using this lab for more than an hour`,
        hint: 'wait for it or end it, then run the command again',
      }),
  };
  const lock = await waitForLock(folder.lock, wait, task);
  try {
    return await locatedIn(folder.folder, work);
  } finally {
    await lock.release();
  }
}
