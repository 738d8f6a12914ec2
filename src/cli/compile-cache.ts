import { mkdirSync } from 'node:fs';
import * as module from 'node:module';
import { isAbsolute, join } from 'node:path';
import { cacheFolder } from './base-folders.js';

/**
 * Lets Node keep what it compiles of lab, so that it need not do so at every start. Where it cannot, it does without: a cache that is
 * read-only, a full disk.
 */
export function keepCompiledCode(): void {
  const cache = cacheFolder();
  if (!isAbsolute(cache)) return;
  const folder = join(cache, 'compiled');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    return;
  }
  module.enableCompileCache(folder);
}
