import { bootImage } from '../images/boot-images.js';
import type { BootImage } from '../images/boot-image.js';
import type { Environment } from '../model/environment.js';
import type { Task } from '../model/task.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { AccelerationWish } from '../toolchain/types.js';
import type { NamedImage } from './find-image.js';

export interface BuildImageOptions {
  readonly environment: Environment;
  readonly mirror: string | undefined;
  readonly acceleration: AccelerationWish;
}

/** `lab image build`: builds what is not in the cache. Throws LabError; then nothing that looks like an image is left. */
export async function buildImage(
  image: NamedImage,
  { environment, mirror, acceleration }: BuildImageOptions,
  task: Task,
): Promise<BootImage> {
  const toolchain = await resolveToolchain({ environment, mirror, kernelFlavour: image.kernelFlavour }, task);
  return bootImage(image.image, { toolchain, environment, mirror, acceleration }, task);
}
