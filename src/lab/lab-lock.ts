import { StateError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import { locatedIn } from '../process/located.js';
import { waitForLock, type LockWait } from '../process/wait-for-lock.js';
import type { LabFolder } from './record.js';

/** Long enough for a test or a bench of the same lab, and another one before it. */
const WAIT_MS = 3_600_000;

/** Whether a command waits while another one holds the lab. */
export interface Waiting {
  readonly wait: boolean;
}

/**
 * Runs `work` while no other command changes the lab. Shows a step if it has to wait. `purpose`: what other commands show while they wait
 * for this one. Throws StateError if another command holds the lab for longer than an hour, or if it is not to wait.
 */
export async function withLabLock<T>(
  folder: LabFolder,
  purpose: string,
  task: Task,
  work: () => Promise<T>,
  { wait: waits }: Waiting = { wait: true },
): Promise<T> {
  const wait: LockWait = {
    purpose,
    nameOf: (holder) => `\`${holder.purpose}\` (process ${holder.pid})`,
    activity: 'is using this lab',
    limitMs: waits ? WAIT_MS : 0,
    late: (holder) =>
      new StateError({
        code: 'LAB-BUSY',
        message: waits
          ? `${holder} has been using this lab for more than an hour`
          : `${holder} is using this lab`,
        hint: waits
          ? 'wait for it or end it, then run the command again'
          : 'wait for it or end it, then run the command again; without --no-wait the command waits',
      }),
  };
  const lock = await waitForLock(folder.lock, wait, task);
  try {
    return await locatedIn(folder.folder, work);
  } finally {
    await lock.release();
  }
}

/** Throws StateError if a command that is not to wait would have to: before it prepares anything, which may take minutes. */
export async function assertFree(
  folder: LabFolder,
  purpose: string,
  task: Task,
  waiting: Waiting,
): Promise<void> {
  if (!waiting.wait) await withLabLock(folder, purpose, task, async () => Promise.resolve(), waiting);
}
