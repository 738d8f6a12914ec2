import { nicModel } from '../devices/catalog.js';
import { functionsOf, type Lab } from '../model/lab.js';
import type { KernelFlavour, KernelWish } from '../toolchain/types.js';

/** The smallest of Debian's kernels that has drivers for all of the lab's NICs. One toolchain serves the whole lab. */
export function kernelFlavourOf(lab: Lab): KernelFlavour {
  const models = new Set(
    lab.machines.flatMap(({ nics }) => nics.flatMap(functionsOf)).map(({ model }) => model),
  );
  return [...models].some((model) => nicModel(model).kernelFlavour === 'generic') ? 'generic' : 'cloud';
}

/** The same, for bringing the lab up; of a lab that QEMU refuses no guest boots. */
export function kernelWishOf(lab: Lab): KernelWish {
  return lab.expect === 'refused' ? 'any' : kernelFlavourOf(lab);
}
