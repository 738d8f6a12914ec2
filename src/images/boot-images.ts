import { join } from 'node:path';
import { UsageError } from '../errors/families.js';
import type { BuildContext } from './build-context.js';
import type { BootImage } from './boot-image.js';
import { ensureLayer } from './layers/build-layer.js';
import { planImage } from './layers/plan-image.js';
import type { Toolchain } from '../toolchain/types.js';
import { microDigest, microImage } from './micro/micro.js';
import type { Image } from '../model/lab.js';

/** The digest of an image as it would be built now. */
export function imageDigest(recipe: Image | undefined, toolchain: Toolchain): string {
  return recipe === undefined ? microDigest(toolchain) : planImage(recipe, toolchain.kernelFlavour).digest;
}

/** An image, built if it is not in the cache; without a recipe, `micro`. Throws LabErrors. */
export async function bootImage(recipe: Image | undefined, context: BuildContext): Promise<BootImage> {
  if (recipe === undefined) return microImage(context.toolchain, context.progress);
  requireOwnKernel(recipe, context);
  const top = planImage(recipe, context.toolchain.kernelFlavour);
  const layers = await ensureLayer(top, context);
  const [base, last] = [layers[0], layers.at(-1)];
  if (base === undefined || last === undefined) throw new Error('an image has a base');
  return {
    kernel: join(base.folder, 'kernel'),
    initrd: join(base.folder, 'initrd'),
    disk: last.disk,
    digest: top.digest,
  };
}

/** A full guest boots the kernel whose modules are on its disk. */
function requireOwnKernel({ name }: Image, { toolchain }: BuildContext): void {
  if (toolchain.kernel.origin === 'provisioned') return;
  throw new UsageError({
    code: 'LAB-IMAGE-KERNEL',
    message: `the image ${name} boots its own kernel, and --kernel names another`,
    hint: 'leave --kernel out, or let the machines boot the image micro',
  });
}
