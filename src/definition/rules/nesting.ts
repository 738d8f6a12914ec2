import { imageNames } from '../../images/names.js';
import { imagesWithQemu } from '../../images/names.js';
import { machineNamed, machinesAround, machinesOn, memoryNeededMiB } from '../relations.js';
import { namesOf, unknownName, type Rule } from './rule.js';

/** More than computers bear: each level is virtualized by the one around it. */
const MAX_AROUND = 8;

export const nestingIsPossible: Rule = function* (draft, at) {
  const names = namesOf(draft.machines);
  for (const { name, on, path } of draft.machines) {
    if (on === null) continue;
    const location = at.locate([...path, 'on']);
    const around = machinesAround(draft, name);
    if (machineNamed(draft, on) === undefined) {
      yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', on, names), location };
    } else if (around.includes(name)) {
      yield {
        code: 'LAB-RULE-NESTING',
        message: `machine ${name} would run inside itself: ${[name, ...around].join(' on ')}`,
        hint: 'run one of them on this computer: leave its `on` out',
        location,
      };
    } else if (around.length === MAX_AROUND + 1) {
      // Those inside it are too deep as well; fixing this one fixes them.
      yield {
        code: 'LAB-RULE-NESTING',
        message: `machine ${name} would run inside more than ${MAX_AROUND} machines, each inside the next`,
        hint: 'run it on one that is further out',
        location,
      };
    }
  }
};

export const outerMachinesCarryQemu: Rule = function* (draft, at) {
  for (const { name, image, path } of draft.machines) {
    const inside = namesOf(machinesOn(draft, name));
    const known = imageNames.find((one) => one === image);
    if (inside.length === 0 || known === undefined || imagesWithQemu.includes(known)) continue;
    yield {
      code: 'LAB-RULE-IMAGE',
      message: `machine ${name} boots the image ${known}, which lacks the QEMU to run ${inside.join(', ')}`,
      hint: `leave \`image\` out, or choose from: ${imagesWithQemu.join(', ')}`,
      location: at.locate([...path, 'image']),
    };
  }
};

export const outerMachinesHaveRoom: Rule = function* (draft, at) {
  for (const { name, memoryMiB, path } of draft.machines) {
    const inside = namesOf(machinesOn(draft, name));
    if (memoryMiB === null || inside.length === 0 || machinesAround(draft, name).includes(name)) continue;
    const needed = memoryNeededMiB(draft, name);
    if (memoryMiB >= needed) continue;
    yield {
      code: 'LAB-RULE-MEMORY',
      message: `machine ${name} has ${memoryMiB}M; with ${inside.join(', ')} inside it needs ${needed}M`,
      hint: `write \`memory: ${needed}M\`, leave it out, or give the machines inside less`,
      location: at.locate([...path, 'memory']),
    };
  }
};
