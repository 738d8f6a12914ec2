import { storage } from '../../checks/storage/spec.js';
import type { DraftNic } from '../draft.js';
import { allNics, isStorage, machineNamed, vfsOf } from '../relations.js';
import type { Rule } from './rule.js';

function isChecked(nic: DraftNic): boolean {
  return isStorage(nic) && vfsOf(nic).length > 0;
}

export const storageHoldsTheData: Rule = function* (draft, at) {
  for (const { name: check, machine, values } of draft.checks) {
    if (check !== storage.name) continue;
    const { mebibytes = storage.parameters.parse({}).mebibytes } = values;
    const nics = machine === null ? allNics(draft) : (machineNamed(draft, machine)?.nics ?? []);
    for (const { name, sizeMiB, keys, path } of nics.filter(isChecked)) {
      if (typeof mebibytes !== 'number' || mebibytes <= sizeMiB) continue;
      const isWritten = keys.includes('size');
      yield {
        code: 'LAB-RULE-STORAGE',
        message: `${name} holds ${sizeMiB} MiB, but the check storage writes ${mebibytes} MiB`,
        hint: 'make its `size` larger, or the check’s `mebibytes` smaller',
        location: at.locate(isWritten ? [...path, 'size'] : path, { key: !isWritten }),
      };
    }
  }
};
