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
