import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { digest } from '../model/digest.js';
import { readJson } from './json-file.js';

/** What a finished tree says of itself. It is written last: a folder without it is not a tree. */
export interface Manifest {
  readonly recipe: string;
  readonly made: string;
  readonly mirror: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly treeDigest: string;
  /** Paths are relative to the tree. */
  readonly kernel: { readonly image: string; readonly release: string; readonly modules: string };
  /** Absent in a tree without QEMU. */
  readonly qemuVersion?: string;
}

const fileName = 'manifest.json';

/** The manifest in `folder`, or undefined if there is none that this version of lab wrote for this recipe. */
export function readManifest(folder: string, recipe: string): Manifest | undefined {
  const manifest = readJson(join(folder, fileName)) as Manifest | undefined;
  return manifest?.recipe === recipe ? manifest : undefined;
}

/** Writes the manifest and waits until it is on the disk. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const file = await open(join(folder, fileName), 'w');
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** SHA-256 (hex) over the recipe and each package with its version: as the packages are signed, that is the content. */
export function contentDigest(recipe: string, packages: Readonly<Record<string, string>>): string {
  const lines = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return digest([recipe, ...lines.sort()].join('\n'));
}
