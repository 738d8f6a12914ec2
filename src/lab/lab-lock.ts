import { StateError } from '../errors/families.js';
import type { Progress } from '../model/progress.js';
import { lockHolder, takeLock, type Lock } from '../process/lock.js';
import type { LabFolder } from './record.js';

const WAIT_MS = 600_000;

/**
 * Runs `work` while no other command changes the lab. Says so when it has to wait.
 * Throws StateError when another command holds the lab for longer than ten minutes.
 */
export async function withLabLock<T>(
  folder: LabFolder,
  options: { purpose: string; progress: Progress; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const lock = await acquire(folder, options);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function acquire(
  folder: LabFolder,
  options: { purpose: string; progress: Progress; signal?: AbortSignal | undefined },
): Promise<Lock> {
  const { purpose, signal } = options;
  const lock = await takeLock(folder.lock, { waitMs: 0, purpose, signal });
  if (lock !== undefined) return lock;
  const holder = lockHolder(folder.lock);
  const who = holder === undefined ? 'another command' : `\`${holder.purpose}\` (process ${holder.pid})`;
  const step = options.progress.step(`Wait for ${who}, which is at work on this lab`);
  const later = await takeLock(folder.lock, { waitMs: WAIT_MS, purpose, signal });
  if (later === undefined) {
    step.failed();
    throw new StateError({
      code: 'LAB-BUSY',
      message: `${who} is at work on this lab`,
      hint: 'wait for it, or end it, and run the command again',
    });
  }
  step.done();
  return later;
}
