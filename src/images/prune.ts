import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from './build-folder.js';
import type { BuildFolderOptions } from './build-folder.js';
import { allLayers, imagesFolder, layersFolder } from './layers/store.js';

/** What was removed from the cache. */
export interface Pruned {
  /** Names of layers, and of folders of other kinds. */
  readonly removed: readonly { readonly title: string; readonly folder: string; readonly bytes: number }[];
  readonly bytes: number;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path), { throwIfNoEntry: false }))
    .reduce((sum, status) => sum + (status?.isFile() === true ? status.blocks * 512 : 0), 0);
}

/** The names of folders in the cache that are to stay: those of `digests`, and of all that is below them. */
function keptNames(digests: ReadonlySet<string>, folders: ReadonlySet<string>): Set<string> {
  const layers = allLayers();
  const kept = new Set<string>();
  const keep = (digest: string | null): void => {
    const layer = layers.find(({ manifest }) => manifest.digest === digest);
    if (layer === undefined || kept.has(layer.folder)) return;
    kept.add(layer.folder);
    keep(layer.manifest.parent);
  };
  for (const { manifest, folder } of layers)
    if (digests.has(manifest.digest) || folders.has(folder)) keep(manifest.digest);
  return kept;
}

function micros(): string[] {
  const folder = join(imagesFolder(), 'micro');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]+$/.test(name))
    .map((name) => join(folder, name));
}

/**
 * Removes the images that nobody uses: neither one of `digests`, nor in one of `folders`, from which machines run. Waits for builds.
 * What is built on this computer for components goes with them: it is made again where it is needed.
 */
export async function pruneImages(
  digests: ReadonlySet<string>,
  folders: ReadonlySet<string>,
  options: BuildFolderOptions,
): Promise<Pruned> {
  const lock = await lockFolder(layersFolder(), options);
  try {
    const kept = keptNames(digests, folders);
    const unused = [
      ...allLayers()
        .filter(({ folder }) => !kept.has(folder))
        .map(({ folder, manifest }) => ({ title: manifest.title, folder })),
      ...micros()
        .filter(
          (folder) =>
            !folders.has(folder) &&
            ![...digests].some((digest) => folder.endsWith(`/${digest.slice(0, 32)}`)),
        )
        .map((folder) => ({ title: 'micro', folder })),
      ...['artefacts'].map((name) => ({ title: name, folder: join(imagesFolder(), name) })),
    ].filter(({ folder }) => existsSync(folder));
    const removed = unused.map((one) => ({ ...one, bytes: bytesIn(one.folder) }));
    for (const { folder } of removed) rmSync(folder, { recursive: true, force: true });
    return { removed, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
  } finally {
    await lock.release();
  }
}
