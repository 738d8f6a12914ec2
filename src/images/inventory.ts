import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../model/lab.js';
import type { Toolchain } from '../toolchain/types.js';
import { cataloguedImages } from './catalog.js';
import { findLayer, type StoredLayer } from './layers/store.js';
import { planImage } from './layers/plan-image.js';
import type { PlannedLayer } from './layers/planned-layer.js';
import { microDigest, microFolder } from './micro/micro.js';
import { initramfsImages, type InitramfsImage } from './names.js';

export type ImageState = 'built' | 'partly built' | 'not built';

/** One image for `lab image list`. */
export interface ListedImage {
  readonly name: string;
  readonly state: ImageState;
  readonly base: string;
  readonly components: readonly string[];
  /** Of what is in the cache. */
  readonly bytes: number;
}

/** One layer for `lab image show`; what is not known before it is built is null. */
export interface ShownLayer {
  readonly title: string;
  readonly digest: string;
  readonly components: readonly { readonly name: string; readonly version: string | null }[];
  readonly bytes: number | null;
  readonly made: string | null;
  /** Seconds. */
  readonly took: number | null;
  readonly source: string | null;
  readonly packages: Readonly<Record<string, string>> | null;
}

/** The bill of materials of an image. */
export interface ShownImage extends ListedImage {
  readonly digest: string;
  readonly kernel: string | null;
  /** The disk that machines boot, where it is built and has one. */
  readonly disk: string | null;
  readonly layers: readonly ShownLayer[];
}

function allocated(file: string): number {
  return (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
}

function chainOf(layer: PlannedLayer): PlannedLayer[] {
  return layer.parent === null ? [layer] : [...chainOf(layer.parent), layer];
}

function shownLayer(
  { title, digest, components }: PlannedLayer,
  stored: StoredLayer | undefined,
): ShownLayer {
  const manifest = stored?.manifest;
  return {
    title,
    digest,
    components,
    bytes: stored === undefined ? null : allocated(stored.disk),
    made: manifest?.made ?? null,
    took: manifest?.took ?? null,
    source: manifest?.source ?? null,
    packages: manifest?.packages ?? null,
  };
}

function stateOf(there: number, all: number): ImageState {
  if (there === all) return 'built';
  return there === 0 ? 'not built' : 'partly built';
}

/** What an image is made of, and how much of it is in the cache. Builds nothing. */
export function describeImage(recipe: Image, toolchain: Pick<Toolchain, 'kernelFlavour'>): ShownImage {
  const top = planImage(recipe, toolchain.kernelFlavour);
  const planned = chainOf(top);
  const stored = planned.map(({ digest }) => findLayer(digest));
  const layers = planned.map((layer, index) => shownLayer(layer, stored[index]));
  return {
    name: recipe.name,
    state: stateOf(stored.filter((layer) => layer !== undefined).length, planned.length),
    base: recipe.base,
    components: recipe.layers.flat().map(({ component }) => component),
    bytes: layers.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    digest: top.digest,
    kernel: stored[0]?.manifest.kernelRelease ?? null,
    disk: stored.at(-1)?.disk ?? null,
    layers,
  };
}

/** An image without a disk; undefined toolchain: none is in the cache, so there is none of it either. */
export function describeInitramfs(name: InitramfsImage, toolchain: Toolchain | undefined): ShownImage {
  const digest = toolchain === undefined ? null : microDigest(toolchain);
  const folder = digest === null ? null : microFolder(digest);
  const built = folder !== null && existsSync(folder);
  const bytes = built ? allocated(join(folder, 'kernel')) + allocated(join(folder, 'initrd')) : 0;
  return {
    name,
    state: built ? 'built' : 'not built',
    base: 'the toolchain',
    components: [],
    bytes,
    digest: digest ?? '',
    kernel: toolchain?.kernel.release ?? null,
    disk: null,
    layers: [],
  };
}

/** The images that come with lab. */
export function listImages(toolchain: Toolchain | undefined): ListedImage[] {
  const flavour = { kernelFlavour: toolchain?.kernelFlavour ?? 'cloud' } as const;
  return [
    ...initramfsImages.map((name) => describeInitramfs(name, toolchain)),
    ...cataloguedImages().map((recipe) => describeImage(recipe, flavour)),
  ].map(({ name, state, base, components, bytes }) => ({ name, state, base, components, bytes }));
}
