import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from '../errors/families.js';
import type { Lab } from '../model/lab.js';
import type { Accelerator } from '../toolchain/types.js';
import { renderLab } from './artefacts.js';
import { canOpenVhostNet } from './vhost-net.js';
import { writeArtefacts } from './write-artefacts.js';

/** `lab render`: writes a lab's artefacts and returns their paths in `folder`. Throws UsageError if the folder is not empty. */
export function writeRendered(
  lab: Lab,
  folder: string,
  options: { accelerator: Accelerator; force: boolean },
): string[] {
  if (!options.force && existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError({
      code: 'LAB-RENDER-NOT-EMPTY',
      message: `${folder} is not empty`,
      hint: 'choose another folder, or add --force to write into it',
    });
  }
  const { accelerator } = options;
  const artefacts = renderLab(lab, {
    vhostNet: canOpenVhostNet(),
    accelerator,
    acceleratorInside: accelerator,
  });
  writeArtefacts(folder, artefacts);
  return artefacts.map(({ path }) => path);
}
