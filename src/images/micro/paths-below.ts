import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...walk(path)] : [path];
  });
}

/**
 * All paths below a folder, relative to it and sorted. Links are listed and not followed: Node's own recursive readdir goes on through
 * them, and an image's link to /run leads to this computer's own.
 */
export function pathsBelow(folder: string): string[] {
  return walk(folder)
    .map((path) => relative(folder, path))
    .sort();
}
