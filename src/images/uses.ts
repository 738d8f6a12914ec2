import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digest } from '../model/digest.js';
import { readJson, writeJson } from '../toolchain/json-file.js';
import { imagesFolder } from './layers/store.js';

/** A definition, and the images that its machines boot: what `prune` keeps for its sake. */
export interface ImageUse {
  /** Absolute path; it may have gone. */
  readonly definition: string;
  /** Hex digests: of top layers, and of `micro`. */
  readonly digests: readonly string[];
}

function usesFolder(): string {
  return join(imagesFolder(), 'uses');
}

function fileOf(definition: string): string {
  const name = digest(definition).slice(0, 16);
  return join(usesFolder(), `${name}.json`);
}

/** Notes which images a definition needs now, instead of what it needed before. */
export function noteUse(use: ImageUse): void {
  mkdirSync(usesFolder(), { recursive: true });
  writeJson(fileOf(use.definition), use);
}

/** Of the definitions that still exist; what is noted of the others is forgotten. */
export function currentUses(): ImageUse[] {
  if (!existsSync(usesFolder())) return [];
  return readdirSync(usesFolder()).flatMap((name) => {
    const use = readJson(join(usesFolder(), name)) as ImageUse | undefined;
    if (use !== undefined && existsSync(use.definition)) return [use];
    rmSync(join(usesFolder(), name), { force: true });
    return [];
  });
}
