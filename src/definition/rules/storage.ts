import { storage } from '../../checks/storage/spec.js';
import { allNics, isStorage, vfsOf } from '../relations.js';
import type { Rule } from './rule.js';

export const storageHoldsTheData: Rule = function* (draft, at) {
  const devices = allNics(draft).filter((nic) => isStorage(nic) && vfsOf(nic).length > 0);
  for (const { name: check, machine, values } of draft.checks) {
    if (check !== storage.name) continue;
    const { mebibytes = storage.parameters.parse({}).mebibytes } = values;
    for (const { name, machine: owner, sizeMiB, keys, path } of devices) {
      if (machine !== null && machine !== owner) continue;
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
