import type { BootImage } from './boot-image.js';
import type { BuildContext } from './build-context.js';
import { hypervisorImage } from './hypervisor/hypervisor.js';
import { microImage } from './micro/micro.js';
import { imageNames, type ImageName } from './names.js';

type Builder = (context: BuildContext) => Promise<BootImage>;

const builders: Readonly<Record<ImageName, Builder>> = { micro: microImage, hypervisor: hypervisorImage };

/** An image, built if it is not in the cache. Throws if there is none of that name: rules.ts has refused it before. */
export async function bootImage(name: string, context: BuildContext): Promise<BootImage> {
  const known = imageNames.find((image) => image === name);
  if (known === undefined) throw new Error(`no image ${name}`);
  return builders[known](context);
}
