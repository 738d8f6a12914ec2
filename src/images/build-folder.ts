import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StateError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import type { Lock } from '../process/lock.js';
import { waitForLock, type LockWait } from '../process/wait-for-lock.js';

const SCRATCH_PREFIX = '.build-';

const lockWait: LockWait = {
  purpose: 'build an image',
  activity: 'builds an image',
  limitMs: 1_800_000,
  late: (holder) =>
    new StateError({
      code: 'LAB-IMAGE-BUSY',
      message: `${holder} has been building an image for half an hour`,
      hint: 'wait for it, or end it, and run the command again',
    }),
};

function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a finished folder visible under its final name, all at once: a folder of that name is complete or is not there.
 * When another process was quicker, its folder stays: both were made from the same content.
 */
function publishFolder(finished: string, target: string): void {
  for (const name of readdirSync(finished)) syncToDisk(join(finished, name));
  syncToDisk(finished);
  try {
    renameSync(finished, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

/** What a build that was killed has left; only the holder of the lock may know that nobody works there. */
function removeScratch(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(SCRATCH_PREFIX)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Keeps everyone else from building below a folder. Throws StateError when another build goes on for longer than half an hour.
 */
export async function lockFolder(parent: string, task: Task): Promise<Lock> {
  mkdirSync(parent, { recursive: true });
  return waitForLock(join(parent, 'lock'), lockWait, task);
}

/**
 * Makes the folder `target` by `build`, which gets a scratch folder and the folder to fill. One build at a time below one
 * parent: a second process waits and finds the folder ready. What a killed build leaves is never taken for a finished one.
 * Throws StateError when another build holds the lock for longer than half an hour.
 */
export async function buildFolder(
  target: string,
  build: (scratch: string, result: string) => Promise<void>,
  task: Task,
): Promise<void> {
  const parent = dirname(target);
  const lock = await lockFolder(parent, task);
  try {
    if (existsSync(target)) return;
    removeScratch(parent);
    const scratch = mkdtempSync(join(parent, SCRATCH_PREFIX));
    const result = join(scratch, 'result');
    mkdirSync(result);
    await build(scratch, result);
    publishFolder(result, target);
  } finally {
    removeScratch(parent);
    await lock.release();
  }
}
