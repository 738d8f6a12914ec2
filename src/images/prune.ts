import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Task } from '../model/task.js';
import { forgetContents } from '../process/whole-folder.js';
import { lockBuilds } from './build-folder.js';
import {
  allLayers,
  customizeFolders,
  imagesFolder,
  initramfsFolders,
  layerFolders,
  layersFolder,
  NAME_LENGTH,
} from './layers/store.js';
import { initramfsImages } from './names.js';

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
function keptNames(cache: string, digests: ReadonlySet<string>, folders: ReadonlySet<string>): Set<string> {
  const layers = allLayers(cache);
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

/** Layers that have lost what says what they are, and from which no machine runs. */
function damagedLayers(cache: string, folders: ReadonlySet<string>): string[] {
  const readable = new Set(allLayers(cache).map(({ folder }) => folder));
  return layerFolders(cache).filter((folder) => !readable.has(folder) && !folders.has(folder));
}

/** Folders of images without a disk that are none of `digests` and not among `folders`. */
function unusedInitramfs(
  cache: string,
  digests: ReadonlySet<string>,
  folders: ReadonlySet<string>,
): { title: string; folder: string }[] {
  const names = new Set([...digests].map((digest) => digest.slice(0, NAME_LENGTH)));
  return [...initramfsImages, 'inside'].flatMap((title) =>
    initramfsFolders(cache, title)
      .filter((folder) => !folders.has(folder) && !names.has(basename(folder)))
      .map((folder) => ({ title, folder })),
  );
}

/**
 * Removes the images that nobody uses: neither one of `digests`, nor in one of `folders`, from which machines run. Waits for builds.
 * What is built on this computer for components goes with them: it is made again where it is needed.
 */
export async function pruneImages(
  cache: string,
  digests: ReadonlySet<string>,
  folders: ReadonlySet<string>,
  task: Task,
): Promise<Pruned> {
  const lock = await lockBuilds(layersFolder(cache), task);
  try {
    const kept = keptNames(cache, digests, folders);
    const unused = [
      ...allLayers(cache)
        .filter(({ folder }) => !kept.has(folder))
        .map(({ folder, manifest }) => ({ title: manifest.title, folder })),
      ...damagedLayers(cache, folders).map((folder) => ({ title: 'a damaged layer', folder })),
      ...unusedInitramfs(cache, digests, folders),
      ...customizeFolders(cache)
        .filter(({ layer }) => !kept.has(layer))
        .map(({ folder }) => ({ title: 'what virt-customize was given', folder })),
      ...['artefacts', 'downloads', 'digests'].map((name) => ({
        title: name,
        folder: join(imagesFolder(cache), name),
      })),
    ].filter(({ folder }) => existsSync(folder));
    const removed = unused.map((one) => ({ ...one, bytes: bytesIn(one.folder) }));
    for (const { folder } of removed) {
      rmSync(folder, { recursive: true, force: true });
      forgetContents(folder);
    }
    return { removed, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
  } finally {
    await lock.release();
  }
}
