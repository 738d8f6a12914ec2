import { existsSync, mkdirSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder } from './base-folders.js';

/** Makes a folder and those above it. One by one: where a folder cannot be made at all, as in /proc, Node's own way never ends. */
function isMade(folder: string): boolean {
  if (existsSync(folder)) return true;
  if (!isMade(dirname(folder))) return false;
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch {
    // Another lab may have been quicker.
    return existsSync(folder);
  }
}

/** Undefined for a user without a home folder. Whatever needs it says so. */
function compiledFolder(): string | undefined {
  try {
    return join(cacheFolder(), 'compiled');
  } catch {
    return undefined;
  }
}

/**
 * Lets Node keep what it compiles of lab, so that it need not do so at every start. Where it cannot, it does without: a cache that is
 * read-only, a full disk.
 */
export function keepCompiledCode(): void {
  const folder = compiledFolder();
  if (folder !== undefined && isMade(folder)) module.enableCompileCache(folder);
}
