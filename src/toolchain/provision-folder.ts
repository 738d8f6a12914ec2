import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError, ToolchainError } from '../errors/families.js';
import { inStep, type Task } from '../model/task.js';
import { run } from '../process/run.js';
import { waitForLock, type LockWait } from '../process/wait-for-lock.js';
import { toolchainFolder } from './folders.js';
import { removeFolder } from './remove-folder.js';
import { incomplete } from './tree.js';

/** A folder below the toolchain's that is made once and then found. */
export interface Provision<T> {
  /** Where it will be, once it is whole. */
  readonly place: string;
  /** What is being done, as a step's title. */
  readonly title: string;
  /** What is in its place, if that is whole. */
  readonly find: () => T | undefined;
  /** Fills an empty folder beside the place. */
  readonly build: (folder: string, task: Task) => Promise<void>;
}

/** Bytes that fetching and unpacking take at most, the packages and the tree together. */
export const neededBytes = 1_000_000_000;

const WAIT_MINUTES = 60;
/** Marks what is not finished: being built, or to be removed. */
const temporaryPrefix = '.building-';

/**
 * Returns what is in the place, making it first if it is not there. Of several that ask at once one makes it and the others
 * wait. It is built beside its place and renamed into it when it is whole, so what is in its place can be trusted; what an
 * earlier, killed run left is removed. Throws EnvironmentError and ToolchainError; nothing is left behind then.
 */
export async function provisionFolder<T>(provision: Provision<T>, task: Task): Promise<T> {
  requireAmd64();
  makeFolder();
  const file = join(toolchainFolder(), 'lock');
  const lock = await waitForLock(file, lockWait(file), task);
  try {
    await removeLeftovers();
    const madeMeanwhile = provision.find();
    if (madeMeanwhile !== undefined) return madeMeanwhile;
    requireSpace();
    return await inStep(task, provision.title, async (step) => make(provision, step));
  } finally {
    await lock.release();
  }
}

async function make<T>(provision: Provision<T>, task: Task): Promise<T> {
  const building = join(toolchainFolder(), `${temporaryPrefix}${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(building);
    await provision.build(building, task);
    await putInPlace(building, provision.place);
  } catch (error) {
    await removeFolder(building);
    throw error;
  }
  const made = provision.find();
  if (made === undefined) throw incomplete('its manifest');
  return made;
}

/** Everything is on the disk before the name is, so that a power cut cannot leave a trusted tree with empty files. */
async function putInPlace(building: string, place: string): Promise<void> {
  await run(['sync', '--file-system', building], { timeoutMs: 300_000 });
  await setAside(place);
  await rename(building, place);
  const parent = await open(toolchainFolder(), 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

/** Only the holder of the lock builds, so whatever is marked as being built belongs to a run that is dead. */
async function removeLeftovers(): Promise<void> {
  const names = readdirSync(toolchainFolder()).filter((name) => name.startsWith(temporaryPrefix));
  for (const name of names) await setAside(join(toolchainFolder(), name));
}

/** Removes a folder, having renamed it first: whatever still writes to it by its old name finds nothing there any more. */
async function setAside(folder: string): Promise<void> {
  const aside = join(toolchainFolder(), `${temporaryPrefix}removed-${randomBytes(4).toString('hex')}`);
  try {
    await rename(folder, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await removeFolder(aside);
}

function lockWait(file: string): LockWait {
  return {
    purpose: 'fetch the toolchain',
    activity: 'fetches the toolchain',
    limitMs: WAIT_MINUTES * 60_000,
    late: (holder) =>
      new ToolchainError({
        code: 'LAB-TOOLCHAIN-BUSY',
        message: `${holder} has been fetching the toolchain for more than ${WAIT_MINUTES} minutes`,
        hint: `look at that process; end it if it hangs, then run the command again (lock: ${file})`,
      }),
  };
}

function requireAmd64(): void {
  if (process.arch === 'x64') return;
  throw new EnvironmentError({
    code: 'LAB-ENV-ARCHITECTURE',
    message: `the toolchain's programs are for x86-64, and this computer is ${process.arch}`,
    hint: 'use an x86-64 computer',
  });
}

function makeFolder(): void {
  try {
    mkdirSync(toolchainFolder(), { recursive: true });
  } catch (cause) {
    throw new EnvironmentError(
      {
        code: 'LAB-ENV-CACHE-FOLDER',
        message: `the cache folder ${toolchainFolder()} cannot be made`,
        hint: 'make it writable, or choose another place with XDG_CACHE_HOME',
      },
      { cause },
    );
  }
}

function requireSpace(): void {
  const { bavail, bsize } = statfsSync(toolchainFolder());
  if (bavail * bsize >= neededBytes) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-DISK-SPACE',
    message: `fetching the toolchain needs ${neededBytes / 1e6} MB for a moment, and ${toolchainFolder()} has ${Math.floor((bavail * bsize) / 1e6)} MB`,
    hint: 'make room, or put the cache on another disk with XDG_CACHE_HOME',
  });
}
