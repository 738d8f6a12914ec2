import { randomBytes } from 'node:crypto';
import { accessSync, constants, readdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import { locatedIn } from './located.js';
import type { Lock } from './lock.js';
import { makeOwnFolder } from './own-folder.js';
import { removeFolder } from './remove-folder.js';
import { run } from './run.js';
import { waitForLock, type LockWait } from './wait-for-lock.js';
import { noteContents } from './whole-folder.js';

/** A folder that is made once and then found. */
export interface Publication<T> {
  /** Where it will be once it is whole. */
  readonly place: string;
  /** How to wait for another process that makes a folder beside it. */
  readonly wait: LockWait;
  /** What is in the place, if that is whole. */
  readonly find: () => T | undefined;
  /** Fills `result`, an empty folder; `scratch` is for whatever else it needs. */
  readonly build: (result: string, scratch: string) => Promise<void>;
}

/** Marks what is not finished: being built, or to be removed. */
const TEMPORARY = '.building-';
const SYNC_LIMIT_MS = 300_000;

/** Keeps everyone else from making folders in `parent`. Throws EnvironmentError when that folder cannot be written, and as waitForLock does. */
export async function lockFolder(parent: string, wait: LockWait, task: Task): Promise<Lock> {
  prepareFolder(parent);
  return waitForLock(join(parent, 'lock'), wait, task);
}

/**
 * Makes what is not in its place yet. Of several processes that ask at once one makes it and the others wait. It is built beside its
 * place and renamed when it is whole, and what is in it is written down: see isWhole. What an earlier, killed run left is removed, and
 * so is what is in the place but is not whole. Returns what `find` finds then. Throws EnvironmentError and what `build` throws; nothing is left behind then.
 */
export async function publishFolder<T>(publication: Publication<T>, task: Task): Promise<T | undefined> {
  const { place, wait, find, build } = publication;
  const parent = dirname(place);
  const lock = await lockFolder(parent, wait, task);
  try {
    await removeLeftovers(parent);
    const madeMeanwhile = find();
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    const scratch = temporaryIn(parent);
    const result = join(scratch, 'result');
    try {
      makeOwnFolder(result);
      await locatedIn(parent, async () => {
        await build(result, scratch);
        await putInPlace(result, place);
      });
    } finally {
      await removeFolder(scratch);
    }
    return find();
  } finally {
    await lock.release();
  }
}

function temporaryIn(parent: string): string {
  return join(parent, `${TEMPORARY}${randomBytes(8).toString('hex')}`);
}

/** Everything is on the disk before the name is, so that a power cut cannot leave a trusted folder with empty files. */
async function putInPlace(result: string, place: string): Promise<void> {
  await run(['sync', '--file-system', result], { timeoutMs: SYNC_LIMIT_MS });
  await setAside(place);
  noteContents(result, place);
  await rename(result, place);
  const parent = await open(dirname(place), 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

/** Only the holder of the lock builds, so whatever is marked as being built belongs to a run that is dead. */
async function removeLeftovers(parent: string): Promise<void> {
  const names = readdirSync(parent).filter((name) => name.startsWith(TEMPORARY));
  for (const name of names) await setAside(join(parent, name));
}

/** Removes a folder, having renamed it first: whatever still writes to it by its old name finds nothing there any more. */
async function setAside(folder: string): Promise<void> {
  const aside = temporaryIn(dirname(folder));
  try {
    await rename(folder, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await removeFolder(aside);
}

/** Throws EnvironmentError unless the folder is there, or can be made, and can be written. */
function prepareFolder(folder: string): void {
  try {
    makeOwnFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new EnvironmentError(
      {
        code: 'LAB-ENV-CACHE-FOLDER',
        message: 'the cache lacks something that has to be made, and its folder cannot be written',
        location: { file: folder },
        hint: 'make it writable, choose another place with XDG_CACHE_HOME, or let somebody who may write there run the same command first',
      },
      { cause },
    );
  }
}
