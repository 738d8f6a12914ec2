import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '../model/digest.js';
import { unlessReadOnly } from '../process/read-only.js';
import { readJson, writeJson } from '../toolchain/json-file.js';
import { imagesFolder } from './layers/store.js';

/** A definition, and the images that its machines boot: what `prune` keeps for its sake. */
export interface ImageUse {
  /** Absolute path; it may have gone. */
  readonly definition: string;
  /** Hex digests: of top layers, and of `micro`. */
  readonly digests: readonly string[];
}

function usesFolder(cache: string): string {
  return join(imagesFolder(cache), 'uses');
}

function fileOf(cache: string, definition: string): string {
  const name = digest(definition).slice(0, 16);
  return join(usesFolder(cache), `${name}.json`);
}

/**
 * Notes which images a definition needs now, instead of what it needed before. Nothing is noted in a cache that cannot be written:
 * whoever may prune that has a say over it.
 */
export function noteUse(cache: string, use: ImageUse): void {
  unlessReadOnly(() => {
    writeJson(fileOf(cache, use.definition), use);
  });
}

/** Of the definitions that still exist; what is noted of the others is forgotten. */
export function currentUses(cache: string): ImageUse[] {
  if (!existsSync(usesFolder(cache))) return [];
  return readdirSync(usesFolder(cache)).flatMap((name) => {
    const use = readJson(join(usesFolder(cache), name)) as ImageUse | undefined;
    if (use !== undefined && existsSync(use.definition)) return [use];
    rmSync(join(usesFolder(cache), name), { force: true });
    return [];
  });
}
