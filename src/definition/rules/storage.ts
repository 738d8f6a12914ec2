import { storage } from '../../checks/storage/spec.js';
import type { NicFile } from '../../model/lab-file.js';
import { DEFAULT_STORAGE_MIB } from '../defaults.js';
import { sizeMiB } from '../units.js';
import { writtenVfs } from '../written-functions.js';
import { modelOf } from './nics.js';
import { eachNic, type Rule } from './rule.js';

/** A storage device. A model that is not there is another rule’s to tell. */
export function isStorage(nic: NicFile): boolean {
  return modelOf(nic)?.kind === 'storage';
}

export const storageHoldsTheData: Rule = function* (lab, at) {
  const devices = [...eachNic(lab)].filter(({ nic }) => isStorage(nic) && writtenVfs(nic).length > 0);
  for (const check of lab.checks ?? []) {
    const parameters = typeof check === 'string' ? (check === 'storage' ? {} : undefined) : check['storage'];
    if (parameters === undefined) continue;
    const { machine, mebibytes = storage.parameters.parse({}).mebibytes } = parameters ?? {};
    for (const { nic, name, path, machine: owner } of devices) {
      if (machine !== undefined && machine !== owner) continue;
      const size = nic.size ?? `${DEFAULT_STORAGE_MIB}M`;
      if (typeof mebibytes !== 'number' || mebibytes <= sizeMiB(size)) continue;
      yield {
        code: 'LAB-RULE-STORAGE',
        message: `${name} holds ${size}, and the check storage writes ${mebibytes} MiB`,
        hint: 'make its `size` larger, or the check’s `mebibytes` smaller',
        location: at.locate(nic.size === undefined ? path : [...path, 'size'], {
          key: nic.size === undefined,
        }),
      };
    }
  }
};
