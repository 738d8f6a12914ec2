import { existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors/families.js';
import type { Environment } from '../../model/environment.js';
import type { Task } from '../../model/task.js';
import { takeLock } from '../../process/lock.js';
import { makeOwnFolder } from '../../process/own-folder.js';
import { removeFolder } from '../../process/remove-folder.js';
import { runOrThrow } from '../../process/run.js';
import { kubernetesFolder, workFolder } from './folder.js';

/** What a build is for, and what it needs. */
export interface WorkSpace {
  /** Names all that is being built; a build of something else starts with what this one left. */
  readonly key: string;
  /** What all of it takes at most on the disk. */
  readonly bytes: number;
  /** For the error: `building Kubernetes`. */
  readonly purpose: string;
}

/** Holds the key of what the folder was last used for. */
const KEY = 'key';

function keyOf(work: string): string | undefined {
  const file = join(work, KEY);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * The folder that a build works in, with what another one left there. Several builds share it, because most of what they compile is the
 * same. Throws EnvironmentError if the disk has no room for the rest.
 */
export async function openWorkSpace(
  environment: Environment,
  { key, bytes, purpose }: WorkSpace,
): Promise<string> {
  const work = workFolder(environment);
  makeOwnFolder(work);
  writeFileSync(join(work, KEY), key);
  const missing = bytes - (await bytesOf(work));
  const { bavail, bsize } = statfsSync(work);
  const free = bavail * bsize;
  if (free >= missing) return work;
  throw new EnvironmentError({
    code: 'LAB-ENV-DISK-SPACE',
    message: `${purpose} needs ${gigabytes(missing)} for a while, and ${work} has ${gigabytes(free)}`,
    hint: 'make room, put the cache on another disk with XDG_CACHE_HOME, or use your own programs with --kubernetes DIR',
  });
}

/**
 * Removes what the builds of `key` worked with, also if one of them ended before it could. What belongs to another key stays: a build
 * of that goes on, or will.
 */
export async function tidyUp(key: string, environment: Environment, { signal }: Task): Promise<void> {
  const work = workFolder(environment);
  if (keyOf(work) !== key) return;
  const lock = await takeLock(join(kubernetesFolder(environment), 'lock'), {
    waitMs: 0,
    purpose: 'remove what Kubernetes was built with',
    signal,
  });
  try {
    if (lock !== undefined && keyOf(work) === key) await removeFolder(work);
  } finally {
    await lock?.release();
  }
}

async function bytesOf(folder: string): Promise<number> {
  const { stdout } = await runOrThrow(['du', '--summarize', '--block-size=1', folder]);
  return Number(stdout.split('\t')[0]);
}

function gigabytes(bytes: number): string {
  return `${(Math.max(bytes, 0) / 1e9).toFixed(1)} GB`;
}
