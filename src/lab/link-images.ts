import { machinesInside, machinesOn } from '../model/lab.js';
import type { Task } from '../model/task.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { ToolchainOptions } from '../toolchain/types.js';
import { kernelFlavourOf } from './kernel-flavour.js';
import { linkImage } from './link-image.js';
import { imagesOf, prepareImages } from './prepare.js';
import type { ReadLab } from '../definition/read-lab.js';

/** Links the images that the machines boot, beside the artefacts. Builds what is not in the cache. Returns the command of a QEMU to use. */
export async function linkImages(
  { lab, file }: ReadLab,
  folder: string,
  toolchain: ToolchainOptions,
  task: Task,
): Promise<string> {
  const tools = await resolveToolchain({ ...toolchain, kernelFlavour: kernelFlavourOf(lab) }, task);
  const { environment, mirror } = toolchain;
  const images = await prepareImages(lab, file, { toolchain: tools, environment, mirror }, task);
  for (const { name } of machinesOn(lab, null)) {
    const built = images.get(name);
    const inside = imagesOf(machinesInside(lab, name), images);
    if (built !== undefined) await linkImage(name, built, inside, folder, tools.bin);
  }
  return tools.qemu.command.join(' ');
}
