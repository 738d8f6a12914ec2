import { StateError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import { identify } from '../process/identity.js';
import { lockHolder, takeLock, type Lock } from '../process/lock.js';
import { waitFor } from '../process/wait-for.js';
import type { LabFolder } from './record.js';

/** Long enough for a test or a bench of the same lab, and another one before it. */
const WAIT_MS = 3_600_000;
const HOLDER_LIMIT_MS = 500;
const HOLDER_POLL_MS = 20;

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
  const lock = await acquire(folder, purpose, task);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** Who holds the lock. The holder writes its name a moment after taking it; until then, the name may be that of an earlier holder. */
async function whoHolds(file: string, signal: AbortSignal): Promise<string> {
  const unknown = 'another command';
  return waitFor(
    {
      ask: async () => {
        const holder = lockHolder(file);
        const runs = holder !== undefined && identify(holder.pid) !== undefined;
        return Promise.resolve(runs ? `\`${holder.purpose}\` (process ${holder.pid})` : undefined);
      },
      everyMs: HOLDER_POLL_MS,
      limitMs: HOLDER_LIMIT_MS,
      late: () => new Error(unknown),
    },
    signal,
  ).catch(() => {
    signal.throwIfAborted();
    return unknown;
  });
}

async function acquire(folder: LabFolder, purpose: string, task: Task): Promise<Lock> {
  const { signal } = task;
  const lock = await takeLock(folder.lock, { waitMs: 0, purpose, signal });
  if (lock !== undefined) return lock;
  const who = await whoHolds(folder.lock, signal);
  const step = task.step(`Wait for ${who}, which is using this lab`);
  try {
    const later = await takeLock(folder.lock, { waitMs: WAIT_MS, purpose, signal });
    if (later !== undefined) {
      step.done();
      return later;
    }
  } catch (error) {
    step.failed();
    throw error;
  }
  step.failed();
  throw new StateError({
    code: 'LAB-BUSY',
    message: `${who} has been using this lab for more than an hour`,
    hint: 'wait for it or end it, then run the command again',
  });
}
