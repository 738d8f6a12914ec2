import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isWhole } from '../../process/whole-folder.js';
import { readJson } from '../../toolchain/json-file.js';
import { DISK, MANIFEST, type LayerManifest } from './layer.js';

/** So many hex digits of a digest name a folder. */
export const NAME_LENGTH = 32;

/** A finished layer in the cache. */
export interface StoredLayer {
  readonly folder: string;
  readonly disk: string;
  readonly manifest: LayerManifest;
}

/** The folder of images in the cache folder. */
export function imagesFolder(cache: string): string {
  return join(cache, 'images');
}

export function layersFolder(cache: string): string {
  return join(imagesFolder(cache), 'layers');
}

export function layerFolder(cache: string, digest: string): string {
  return join(layersFolder(cache), digest.slice(0, NAME_LENGTH));
}

/** How an overlay names the disk below it: from its own place in the cache, so that the cache may be moved. */
export function nameBelow(parent: StoredLayer): string {
  return join('..', relative(join(parent.folder, '..'), parent.disk));
}

/** The log of a layer's build; it stays when the build fails. */
export function buildLog(cache: string, digest: string): string {
  return join(imagesFolder(cache), 'logs', `${digest.slice(0, NAME_LENGTH)}.log`);
}

const CUSTOMIZE_ENDING = '.virt-customize';

/** What virt-customize was given for a layer, beside its log. */
export function customizeFolder(cache: string, digest: string): string {
  return buildLog(cache, digest).replace(/\.log$/, CUSTOMIZE_ENDING);
}

/** All such folders, each with the folder of its layer, which may not be there. */
export function customizeFolders(cache: string): { folder: string; layer: string }[] {
  const logs = join(imagesFolder(cache), 'logs');
  if (!existsSync(logs)) return [];
  return readdirSync(logs)
    .filter((name) => name.endsWith(CUSTOMIZE_ENDING))
    .map((name) => ({
      folder: join(logs, name),
      layer: join(layersFolder(cache), name.slice(0, -CUSTOMIZE_ENDING.length)),
    }));
}

/** A layer if it is in the cache, with all its files. */
export function findLayer(cache: string, digest: string): StoredLayer | undefined {
  const folder = layerFolder(cache, digest);
  return isWhole(folder) ? readLayer(folder) : undefined;
}

/** What a folder of layers says of itself; undefined if it has lost that. */
function readLayer(folder: string): StoredLayer | undefined {
  const manifest = readJson(join(folder, MANIFEST)) as LayerManifest | undefined;
  return manifest === undefined ? undefined : { folder, disk: join(folder, DISK), manifest };
}

/** The folders of layers in the cache. */
export function layerFolders(cache: string): string[] {
  if (!existsSync(layersFolder(cache))) return [];
  return readdirSync(layersFolder(cache))
    .filter((name) => /^[0-9a-f]+$/.test(name))
    .map((name) => join(layersFolder(cache), name));
}

/** Every layer in the cache that says what it is. */
export function allLayers(cache: string): StoredLayer[] {
  return layerFolders(cache).flatMap((folder) => readLayer(folder) ?? []);
}

/** The layers in the cache that stand on a layer, directly or not. Their disks only hold what differs from that very disk. */
export function layersAbove(cache: string, digest: string): StoredLayer[] {
  const all = allLayers(cache);
  const above = (below: string): StoredLayer[] => {
    const next = all.filter(({ manifest }) => manifest.parent === below);
    return next.flatMap((layer) => [layer, ...above(layer.manifest.digest)]);
  };
  return above(digest);
}

/** The folders of images without a disk, by what they are called in the cache: `micro`, `hypervisor`, `inside`. */
export function initramfsFolders(cache: string, name: string): string[] {
  const folder = join(imagesFolder(cache), name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => /^[0-9a-f]+$/.test(entry))
    .map((entry) => join(folder, entry));
}
