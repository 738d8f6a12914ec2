import { bootImage } from '../images/boot-images.js';
import type { BootImage } from '../images/boot-image.js';
import type { Progress } from '../model/progress.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { NamedImage } from './find-image.js';

export interface BuildImageOptions {
  readonly mirror: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** `lab image build`: makes what is not in the cache. Throws LabErrors; then nothing that looks like an image is left. */
export async function buildImage(image: NamedImage, options: BuildImageOptions): Promise<BootImage> {
  const { mirror, progress, signal } = options;
  const toolchain = await resolveToolchain({ mirror, kernelFlavour: image.kernelFlavour, signal }, progress);
  return bootImage(image.image, { toolchain, mirror, progress, signal });
}
