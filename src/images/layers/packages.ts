import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredLayer } from './store.js';

/** The list `packages` that a build leaves: one `NAME VERSION` a line. */
export function packagesIn(folder: string): Record<string, string> {
  const lines = readFileSync(join(folder, 'packages'), 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' ') as [string, string]));
}

/** The packages of an image, from its layers. */
export function packagesOf(layers: readonly StoredLayer[]): Record<string, string> {
  return Object.assign({}, ...layers.map(({ manifest }) => manifest.packages)) as Record<string, string>;
}
