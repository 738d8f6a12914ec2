import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError, ToolchainError } from '../errors/families.js';
import { inStep, type Task } from '../model/task.js';
import { publishFolder } from '../process/publish-folder.js';
import type { LockWait } from '../process/wait-for-lock.js';
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

const wait: LockWait = {
  purpose: 'fetch the toolchain',
  activity: 'fetches the toolchain',
  limitMs: WAIT_MINUTES * 60_000,
  late: (holder, file) =>
    new ToolchainError({
      code: 'LAB-TOOLCHAIN-BUSY',
      message: `${holder} has been fetching the toolchain for more than ${WAIT_MINUTES} minutes`,
      hint: `look at that process; end it if it hangs, then run the command again (lock: ${file})`,
    }),
};

/** Returns what is in the place, making it first if it is not there: see publishFolder. Throws EnvironmentError and ToolchainError. */
export async function provisionFolder<T>(provision: Provision<T>, task: Task): Promise<T> {
  requireAmd64();
  const { place, title, find } = provision;
  const build = async (result: string): Promise<void> => {
    requireSpace(dirname(place));
    await inStep(task, title, async (step) => provision.build(result, step));
  };
  const made = await publishFolder({ place, wait, find, build }, task);
  if (made === undefined) throw incomplete('its manifest');
  return made;
}

function requireAmd64(): void {
  if (process.arch === 'x64') return;
  throw new EnvironmentError({
    code: 'LAB-ENV-ARCHITECTURE',
    message: `the toolchain's programs are for x86-64, and this computer is ${process.arch}`,
    hint: 'use an x86-64 computer',
  });
}

function requireSpace(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-DISK-SPACE',
    message: `fetching the toolchain needs up to ${neededBytes / 1e6} MB, and ${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB`,
    hint: 'make room, or put the cache on another disk with XDG_CACHE_HOME',
  });
}
