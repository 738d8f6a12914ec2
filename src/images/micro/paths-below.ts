import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * All that is below a folder, by paths relative to it, in one order. Links are named and not followed: asked for names alone, Node 20's
 * readdir goes on through them, and an image's link to /run leads to this computer's own.
 */
export function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
