import { machinesOn, type Lab } from '../model/lab.js';
import type { Progress } from '../model/progress.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { ToolchainOptions } from '../toolchain/types.js';
import { kernelFlavourOf } from './kernel-flavour.js';
import { linkImage } from './link-image.js';
import { prepareImages } from './prepare.js';

/** Links, beside the artefacts, the images that the machines boot; builds what is not in the cache. Returns QEMU's path. */
export async function linkImages(
  lab: Lab,
  folder: string,
  toolchain: ToolchainOptions,
  progress: Progress,
): Promise<string> {
  const tools = await resolveToolchain({ ...toolchain, kernelFlavour: kernelFlavourOf(lab) }, progress);
  const images = await prepareImages(lab, {
    toolchain: tools,
    mirror: toolchain.mirror,
    progress,
    signal: toolchain.signal,
  });
  for (const { name } of machinesOn(lab, null)) {
    const built = images.get(name);
    if (built !== undefined) linkImage(name, built, folder);
  }
  return tools.qemu.command.join(' ');
}
