import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../../errors/families.js';
import { runOrThrow } from '../../process/run.js';

/** Bytes that Go's modules, its compiled packages and the programs take at most while Kubernetes is built. */
export const neededBytes = 6_000_000_000;

/** Names the programs that the folder was last used for. */
const KEY = 'key';

/** What a build in that folder was to become; undefined if there is no such folder. */
export function keyOfWorkSpace(work: string): string | undefined {
  const file = join(work, KEY);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Makes the folder that a build works in, with what another one left there, and checks that the disk has room for the rest.
 * Throws EnvironmentError.
 */
export async function openWorkSpace(work: string, key: string): Promise<void> {
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, KEY), key);
  const missing = neededBytes - (await bytesOf(work));
  const { bavail, bsize } = statfsSync(work);
  const free = bavail * bsize;
  if (free >= missing) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-DISK-SPACE',
    message: `building Kubernetes needs ${gigabytes(missing)} for a while, and ${work} has ${gigabytes(free)}`,
    hint: 'make room, put the cache on another disk with XDG_CACHE_HOME, or use your own programs with --kubernetes DIR',
  });
}

async function bytesOf(folder: string): Promise<number> {
  const { stdout } = await runOrThrow(['du', '--summarize', '--block-size=1', folder]);
  return Number(stdout.split('\t')[0]);
}

function gigabytes(bytes: number): string {
  return `${(Math.max(bytes, 0) / 1e9).toFixed(1)} GB`;
}
