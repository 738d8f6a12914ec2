import { parseArguments, renderLab } from '../../../src/lab/artefacts.js';
import { labFromValue } from '../../../src/definition/lab-from-definition.js';
import { DefinitionError } from '../../../src/errors/families.js';
import type { Problem } from '../../../src/errors/lab-error.js';
import type { LabFile } from '../../../src/definition/shape.js';
import { lab } from '../../support/definition.js';
import type { Lab, Machine } from '../../../src/model/lab.js';

const FILE = 'lab.yaml';

export function resolvedLab(written: LabFile): Lab {
  return lab(written, FILE);
}

/** What `lab validate` says. */
export function problemsOf(written: LabFile): readonly Problem[] {
  try {
    labFromValue(written, FILE);
    return [];
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
}

/** Options of a rendered machine that bring in files and sockets, none of which matters to its devices. */
const dropped = new Set(['-kernel', '-initrd', '-append', '-qmp', '-serial']);

/** The arguments in a machine's rendered file, without what has to be built or connected. */
export function renderedArguments(lab: Lab, machine: Machine): string[] {
  const artefacts = renderLab(lab, { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' });
  const content = artefacts.find(({ path }) => path === `${machine.name}.qemu`)?.content ?? '';
  const all = parseArguments(content);
  return all.flatMap((argument, index) => {
    const option = all[index - 1] ?? '';
    if (dropped.has(argument) || dropped.has(option)) return [];
    return option === '-chardev' ? [argument.replace(/^socket,(id=[^,]+).*/, 'null,$1')] : [argument];
  });
}
