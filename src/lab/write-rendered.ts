import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from '../errors/families.js';
import type { Lab } from '../model/lab.js';
import type { Progress } from '../model/progress.js';
import { resolveToolchain } from '../toolchain/resolve.js';
import type { Accelerator, ToolchainOptions } from '../toolchain/types.js';
import { renderLab } from './artefacts.js';
import { kernelFlavourOf } from './kernel-flavour.js';
import { linkImage } from './link-image.js';
import { prepareImages } from './prepare.js';
import { canOpenVhostNet } from './vhost-net.js';
import { writeArtefacts } from './write-artefacts.js';

/** `lab render`: writes a lab's artefacts and returns their paths within `folder`. Throws UsageError if it is not empty. */
export function writeRendered(
  lab: Lab,
  folder: string,
  options: { accelerator: Accelerator; force: boolean },
): string[] {
  if (!options.force && existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError({
      code: 'LAB-RENDER-NOT-EMPTY',
      message: `${folder} is not empty`,
      hint: 'choose another folder, or say --force to write into it',
    });
  }
  const artefacts = renderLab(lab, { vhostNet: canOpenVhostNet(), accelerator: options.accelerator });
  writeArtefacts(folder, artefacts);
  return artefacts.map(({ path }) => path);
}

/** Links, beside the artefacts, the images that the machines boot; builds what is not in the cache. Returns QEMU's path. */
export async function linkImages(
  lab: Lab,
  folder: string,
  toolchain: ToolchainOptions,
  progress: Progress,
): Promise<string> {
  const tools = await resolveToolchain({ ...toolchain, kernelFlavour: kernelFlavourOf(lab) }, progress);
  const images = await prepareImages(lab, tools, progress);
  for (const { name, image } of lab.machines) {
    const built = images.get(image);
    if (built !== undefined) linkImage(name, built, folder);
  }
  return tools.qemu.command.join(' ');
}
