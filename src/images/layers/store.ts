import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../model/folders.js';
import { DISK, MANIFEST, type LayerManifest } from './layer.js';

/** So many hex digits of a digest name a folder. */
export const NAME_LENGTH = 32;

/** A finished layer in the cache. */
export interface StoredLayer {
  readonly folder: string;
  readonly disk: string;
  readonly manifest: LayerManifest;
}

export function imagesFolder(): string {
  return join(cacheFolder(), 'images');
}

export function layersFolder(): string {
  return join(imagesFolder(), 'layers');
}

export function layerFolder(digest: string): string {
  return join(layersFolder(), digest.slice(0, NAME_LENGTH));
}

/** The log of a layer's build; it stays when the build fails. */
export function buildLog(digest: string): string {
  return join(imagesFolder(), 'logs', `${digest.slice(0, NAME_LENGTH)}.log`);
}

/** A layer if it is in the cache. What has its name is whole: see buildFolder. */
export function findLayer(digest: string): StoredLayer | undefined {
  return readLayer(layerFolder(digest));
}

function readLayer(folder: string): StoredLayer | undefined {
  const file = join(folder, MANIFEST);
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as LayerManifest;
  return { folder, disk: join(folder, DISK), manifest };
}

/** Every finished layer in the cache. */
export function allLayers(): StoredLayer[] {
  if (!existsSync(layersFolder())) return [];
  return readdirSync(layersFolder())
    .filter((name) => /^[0-9a-f]+$/.test(name))
    .flatMap((name) => readLayer(join(layersFolder(), name)) ?? []);
}

/** The folders of images without a disk, by what they are called in the cache: `micro`, `hypervisor`, `inside`. */
export function initramfsFolders(name: string): string[] {
  const folder = join(imagesFolder(), name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => /^[0-9a-f]+$/.test(entry))
    .map((entry) => join(folder, entry));
}
