import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

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
export function publishFolder(finished: string, target: string): void {
  for (const name of readdirSync(finished)) syncToDisk(join(finished, name));
  syncToDisk(finished);
  try {
    renameSync(finished, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}
