import { ROOT_BUS_SLOTS } from '../buses.js';
import type { Rule } from './rule.js';

export const hasMachines: Rule = function* (draft, at) {
  if (draft.machines.length === 0) {
    yield {
      code: 'LAB-RULE-EMPTY',
      message: 'the lab has no machine',
      hint: 'add one under `machines`',
      location: at.locate(['machines'], { key: true }),
    };
  }
};

/** In MiB. Less does not hold a kernel; more is beyond the 46 bits with which Linux addresses memory. */
const LEAST_MEMORY = 64;
const MOST_MEMORY = 64 * 1024 * 1024;

export const memoryIsPossible: Rule = function* (draft, at) {
  for (const { name, memoryMiB, path } of draft.machines) {
    if (memoryMiB === null || (memoryMiB >= LEAST_MEMORY && memoryMiB <= MOST_MEMORY)) continue;
    const tooMuch = memoryMiB > MOST_MEMORY;
    yield {
      code: 'LAB-RULE-MEMORY',
      message: tooMuch
        ? `machine ${name} cannot have ${memoryMiB / 1024}G: no kernel addresses so much memory`
        : `machine ${name} cannot have ${memoryMiB}M: no kernel starts with so little memory`,
      hint: `choose from ${LEAST_MEMORY}M to ${MOST_MEMORY / 1024}G, or leave it out`,
      location: at.locate([...path, 'memory']),
    };
  }
};

export const busesFit: Rule = function* (draft, at) {
  for (const { name, nics, buses, path } of draft.machines) {
    const needed = nics.filter(({ bus }) => bus === null).length + buses.length;
    if (needed > ROOT_BUS_SLOTS) {
      yield {
        code: 'LAB-RULE-BUS-COUNT',
        message: `machine ${name} needs ${needed} root ports and bridges; its root bus has room for ${ROOT_BUS_SLOTS}`,
        hint: 'put several NICs on one bus: name it under `buses`, and set their `bus`',
        location: at.locate([...path, 'nics'], { key: true }),
      };
    }
  }
};
