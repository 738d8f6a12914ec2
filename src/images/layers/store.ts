import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/** A layer if it is in the cache. What has its name is whole: see buildFolder. */
export function findLayer(cache: string, digest: string): StoredLayer | undefined {
  return readLayer(layerFolder(cache, digest));
}

function readLayer(folder: string): StoredLayer | undefined {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as LayerManifest;
  return { folder, disk: join(folder, DISK), manifest };
}

/** Every finished layer in the cache. */
export function allLayers(cache: string): StoredLayer[] {
  if (!existsSync(layersFolder(cache))) return [];
  return readdirSync(layersFolder(cache))
    .filter((name) => /^[0-9a-f]+$/.test(name))
    .flatMap((name) => readLayer(join(layersFolder(cache), name)) ?? []);
}

/** The folders of images without a disk, by what they are called in the cache: `micro`, `hypervisor`, `inside`. */
export function initramfsFolders(cache: string, name: string): string[] {
  const folder = join(imagesFolder(cache), name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => /^[0-9a-f]+$/.test(entry))
    .map((entry) => join(folder, entry));
}
