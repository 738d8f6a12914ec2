import type { Progress } from '../model/progress.js';
import type { Toolchain } from '../toolchain/types.js';
import type { BootImage } from './boot-image.js';
import { microImage } from './micro/micro.js';

type Builder = (toolchain: Toolchain, progress: Progress) => Promise<BootImage>;

const builders: Readonly<Record<string, Builder>> = { micro: microImage };

/** The names of the images that a machine can boot. */
export function imageNames(): string[] {
  return Object.keys(builders);
}

/** An image, built if it is not in the cache. Throws if there is none of that name: rules.ts has refused it before. */
export async function bootImage(name: string, toolchain: Toolchain, progress: Progress): Promise<BootImage> {
  const builder = builders[name];
  if (builder === undefined) throw new Error(`no image ${name}`);
  return builder(toolchain, progress);
}
