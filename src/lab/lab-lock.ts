import { setTimeout } from 'node:timers/promises';
import { StateError } from '../errors/families.js';
import type { Progress } from '../model/progress.js';
import { identify } from '../process/identity.js';
import { lockHolder, takeLock, type Lock } from '../process/lock.js';
import type { LabFolder } from './record.js';

const WAIT_MS = 600_000;
const HOLDER_TRIES = 25;
const HOLDER_POLL_MS = 20;

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

/** Whoever has the lock says so a moment after taking it; what is written there before may be of one that has ended. */
async function whoHolds(file: string): Promise<string> {
  for (let tries = 0; tries < HOLDER_TRIES; tries += 1) {
    const holder = lockHolder(file);
    if (holder !== undefined && identify(holder.pid) !== undefined)
      return `\`${holder.purpose}\` (process ${holder.pid})`;
    await setTimeout(HOLDER_POLL_MS);
  }
  return 'another command';
}

async function acquire(
  folder: LabFolder,
  options: { purpose: string; progress: Progress; signal?: AbortSignal | undefined },
): Promise<Lock> {
  const { purpose, signal } = options;
  const lock = await takeLock(folder.lock, { waitMs: 0, purpose, signal });
  if (lock !== undefined) return lock;
  const who = await whoHolds(folder.lock);
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
