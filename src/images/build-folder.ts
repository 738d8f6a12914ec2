import { StateError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import type { Lock } from '../process/lock.js';
import { lockFolder, publishFolder } from '../process/publish-folder.js';
import type { LockWait } from '../process/wait-for-lock.js';
import { isWhole } from '../process/whole-folder.js';

const wait: LockWait = {
  purpose: 'build an image',
  activity: 'builds an image',
  limitMs: 1_800_000,
  late: (holder) =>
    new StateError({
      code: 'LAB-IMAGE-BUSY',
      message: `${holder} has been building an image for half an hour`,
      hint: 'wait for it or end it, then run the command again',
    }),
};

/** Keeps everyone else from building below a folder. Throws StateError when another build goes on for longer than half an hour. */
export async function lockBuilds(parent: string, task: Task): Promise<Lock> {
  return lockFolder(parent, wait, task);
}

/**
 * Makes the folder `place` if it is not there, or not whole: see publishFolder. `build` gets the folder to fill and one for whatever else it needs.
 * Throws StateError when another build goes on for longer than half an hour.
 */
export async function buildFolder(
  place: string,
  build: (result: string, scratch: string) => Promise<void>,
  task: Task,
): Promise<void> {
  const find = (): true | undefined => (isWhole(place) ? true : undefined);
  await publishFolder({ place, wait, find, build }, task);
}
