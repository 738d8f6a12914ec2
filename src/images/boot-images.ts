import { join } from 'node:path';
import { isInitramfsImage, type InitramfsImage } from './names.js';
import { UsageError } from '../errors/families.js';
import type { Task } from '../model/task.js';
import type { BuildContext } from './build-context.js';
import type { BootImage } from './boot-image.js';
import { ensureLayer } from './layers/build-layer.js';
import { planImage } from './layers/plan-image.js';
import { hypervisorImage } from './hypervisor/hypervisor.js';
import { microImage } from './micro/micro.js';
import type { Image } from '../model/lab.js';

/** One without a disk, by its name, or one of layers, by its recipe. */
export type BootableImage = Image | InitramfsImage;

type Builder = (context: BuildContext, task: Task) => Promise<BootImage>;

const builders: Readonly<Record<InitramfsImage, Builder>> = {
  micro: microImage,
  hypervisor: hypervisorImage,
};

/** The image that a name of a lab stands for. Throws if there is none: rules.ts has refused such a definition before. */
export function imageNamed(name: string, recipes: readonly Image[]): BootableImage {
  const recipe = recipes.find((image) => image.name === name);
  if (recipe !== undefined) return recipe;
  if (isInitramfsImage(name)) return name;
  throw new Error(`no image ${name}`);
}

/** An image, built if it is not in the cache. Throws LabErrors. */
export async function bootImage(image: BootableImage, context: BuildContext, task: Task): Promise<BootImage> {
  return typeof image === 'string' ? builders[image](context, task) : bootLayers(image, context, task);
}

async function bootLayers(recipe: Image, context: BuildContext, task: Task): Promise<BootImage> {
  requireOwnKernel(recipe, context);
  const top = planImage(recipe, context.toolchain, context.environment);
  const layers = await ensureLayer(top, context, task);
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
    hint: 'leave out --kernel, or let the machines boot the image micro',
  });
}
