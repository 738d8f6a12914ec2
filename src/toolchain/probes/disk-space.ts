import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Environment } from '../../model/environment.js';
import { neededBytes } from '../provision-folder.js';
import type { Toolchain } from '../types.js';
import type { Probe } from './probe.js';

/** Bytes that images and logs of small labs take. */
const forImages = 300_000_000;
const forState = 100_000_000;

export function probeCacheSpace(toolchain: Toolchain | undefined, { cache }: Environment): Probe {
  const needed = toolchain === undefined ? neededBytes : forImages;
  return probeSpace('disk space, cache', cache, needed, 'XDG_CACHE_HOME');
}

export function probeStateSpace({ state }: Environment): Probe {
  return probeSpace('disk space, state', state, forState, 'XDG_STATE_HOME');
}

/** Whether the disk that `folder` is on, or will be, has `needed` bytes for this user. */
export function probeSpace(name: string, folder: string, needed: number, variable: string): Probe {
  const { bavail, bsize } = statfsSync(nearestExisting(folder));
  const free = bavail * bsize;
  const found = `${megabytes(free)} MB free for ${folder}`;
  if (free >= needed) return { name, verdict: 'ok', required: true, found };
  return {
    name,
    verdict: 'missing',
    required: true,
    found,
    remedy: `make room for ${megabytes(needed)} MB, or set ${variable} to a folder on another disk`,
  };
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1e6);
}
