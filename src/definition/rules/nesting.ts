import { imagesWithQemu } from '../../images/with-qemu.js';
import { imageNames } from '../../images/names.js';
import type { LabFile } from '../../model/lab-file.js';
import { sizeMiB } from '../units.js';
import { machinesWrittenOn, memoryNeededMiB } from '../written-nesting.js';
import { unknownName, type Rule } from './rule.js';

/** More than computers bear: each level is virtualized by the one around it. */
const MAX_AROUND = 8;

/** The machines around a machine, from the inside out, until there is none or one comes again. */
function around(name: string, lab: LabFile): ReadonlySet<string> {
  const found = new Set<string>();
  for (let on = lab.machines[name]?.on; on !== undefined && !found.has(on); on = lab.machines[on]?.on)
    found.add(on);
  return found;
}

export const nestingIsPossible: Rule = function* (lab, at) {
  const names = new Set(Object.keys(lab.machines));
  for (const [name, { on }] of Object.entries(lab.machines)) {
    if (on === undefined) continue;
    const location = at.locate(['machines', name, 'on']);
    if (!names.has(on)) {
      yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', on, [...names]), location };
    } else if (around(name, lab).has(name)) {
      yield {
        code: 'LAB-RULE-NESTING',
        message: `machine ${name} would run inside itself: ${[name, ...around(name, lab)].join(' on ')}`,
        hint: 'let one of them run on this computer: leave its `on` out',
        location,
      };
    } else if (around(name, lab).size === MAX_AROUND + 1) {
      // Those inside it are too deep as well; mending this one brings them out with it.
      yield {
        code: 'LAB-RULE-NESTING',
        message: `machine ${name} would run inside more than ${MAX_AROUND} machines, each inside the next`,
        hint: 'let it run on one that is further out',
        location,
      };
    }
  }
};

export const outerMachinesCarryQemu: Rule = function* (lab, at) {
  for (const [name, { image }] of Object.entries(lab.machines)) {
    const inside = machinesWrittenOn(lab, name);
    const known = imageNames.find((one) => one === image);
    if (inside.length === 0 || known === undefined || imagesWithQemu.includes(known)) continue;
    yield {
      code: 'LAB-RULE-IMAGE',
      message: `machine ${name} boots the image ${known}, which carries no QEMU to run ${inside.join(', ')}`,
      hint: `leave \`image\` out, or choose from: ${imagesWithQemu.join(', ')}`,
      location: at.locate(['machines', name, 'image']),
    };
  }
};

export const outerMachinesHaveRoom: Rule = function* (lab, at) {
  for (const [name, { memory }] of Object.entries(lab.machines)) {
    const inside = machinesWrittenOn(lab, name);
    if (memory === undefined || inside.length === 0 || around(name, lab).has(name)) continue;
    const needed = memoryNeededMiB(lab, name);
    if (sizeMiB(memory) >= needed) continue;
    yield {
      code: 'LAB-RULE-MEMORY',
      message: `machine ${name} has ${memory}; with ${inside.join(', ')} inside it needs ${needed}M`,
      hint: `write \`memory: ${needed}M\`, leave it out, or give less to what is inside`,
      location: at.locate(['machines', name, 'memory']),
    };
  }
};
