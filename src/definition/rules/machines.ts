import { ROOT_BUS_SLOTS } from '../buses.js';
import type { Rule } from './rule.js';

export const hasMachines: Rule = function* (lab, at) {
  if (Object.keys(lab.machines).length === 0) {
    yield {
      code: 'LAB-RULE-EMPTY',
      message: 'the lab has no machine',
      hint: 'add one under `machines`',
      location: at.locate(['machines'], { key: true }),
    };
  }
};

export const busesFit: Rule = function* (lab, at) {
  for (const [name, { nics, buses }] of Object.entries(lab.machines)) {
    const own = Object.values(nics ?? {}).filter(({ bus }) => bus === undefined).length;
    const needed = own + Object.keys(buses ?? {}).length;
    if (needed > ROOT_BUS_SLOTS) {
      yield {
        code: 'LAB-RULE-BUS-COUNT',
        message: `machine ${name} needs ${needed} root ports and bridges; its root bus has room for ${ROOT_BUS_SLOTS}`,
        hint: 'let several NICs share a bus: name one under `buses`, and set their `bus`',
        location: at.locate(['machines', name, 'nics'], { key: true }),
      };
    }
  }
};
