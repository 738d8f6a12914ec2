import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Image } from '../model/lab.js';
import type { Environment } from '../model/environment.js';
import type { KernelFlavour } from '../toolchain/types.js';
import { cataloguedImages } from './catalog.js';
import { findLayer, initramfsFolders, type StoredLayer } from './layers/store.js';
import { planImage } from './layers/plan-image.js';
import { chainOf, type PlannedLayer } from './layers/planned-layer.js';
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
  /** Null: not known before it is built. */
  readonly digest: string | null;
  readonly kernel: string | null;
  /** The disk that machines boot, where it is built and has one. */
  readonly disk: string | null;
  readonly layers: readonly ShownLayer[];
}

function allocated(file: string): number {
  return (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
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
export function describeImage(recipe: Image, flavour: KernelFlavour, environment: Environment): ShownImage {
  const top = planImage(recipe, { kernelFlavour: flavour }, environment);
  const planned = chainOf(top);
  const stored = planned.map(({ digest }) => findLayer(environment.cache, digest));
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

/** An image without a disk, as it was built last. */
export function describeInitramfs(name: InitramfsImage, { cache }: Environment): ShownImage {
  const [newest] = initramfsFolders(cache, name).sort(
    (one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs,
  );
  const bytes =
    newest === undefined ? 0 : allocated(join(newest, 'kernel')) + allocated(join(newest, 'initrd'));
  return {
    name,
    state: newest === undefined ? 'not built' : 'built',
    base: 'the toolchain',
    components: [],
    bytes,
    digest: newest === undefined ? null : basename(newest),
    kernel: null,
    disk: null,
    layers: [],
  };
}

/** The images that come with lab. */
export function listImages(environment: Environment): ListedImage[] {
  return [
    ...initramfsImages.map((name) => describeInitramfs(name, environment)),
    ...cataloguedImages().map((recipe) => describeImage(recipe, 'cloud', environment)),
  ].map(({ name, state, base, components, bytes }) => ({ name, state, base, components, bytes }));
}
