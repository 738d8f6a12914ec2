import type { Progress } from '../model/progress.js';
import type { Toolchain } from '../toolchain/types.js';
import type { BootImage } from './boot-image.js';
import { microImage } from './micro/micro.js';
import { imageNames, type ImageName } from './names.js';

type Builder = (toolchain: Toolchain, progress: Progress) => Promise<BootImage>;

const builders: Readonly<Record<ImageName, Builder>> = {
  micro: microImage,
  hypervisor: microImage,
};

/** An image, built if it is not in the cache. Throws if there is none of that name: rules.ts has refused it before. */
export async function bootImage(name: string, toolchain: Toolchain, progress: Progress): Promise<BootImage> {
  const known = imageNames.find((image) => image === name);
  if (known === undefined) throw new Error(`no image ${name}`);
  return builders[known](toolchain, progress);
}
