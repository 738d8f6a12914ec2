import { checkParameters } from '../../checks/names.js';
import { nicModel, nicModelNames } from '../../devices/catalog.js';
import type { CheckFile, NicFile } from '../../model/lab-file.js';
import { DEFAULT_STORAGE_MIB } from '../defaults.js';
import { sizeMiB } from '../units.js';
import { writtenVfs } from '../written-functions.js';
import { eachNic, type Rule } from './rule.js';

function isChecked(nic: NicFile): boolean {
  const { model } = nic;
  const known = model !== undefined && nicModelNames().includes(model);
  return known && nicModel(model).kind === 'storage' && writtenVfs(nic).length > 0;
}

/** What an entry of `checks` asks of the check storage; undefined when it is about another one. */
function requestOf(check: CheckFile): Readonly<Record<string, number | string>> | undefined {
  if (typeof check === 'string') return check === 'storage' ? {} : undefined;
  return Object.hasOwn(check, 'storage') ? (check['storage'] ?? {}) : undefined;
}

export const storageHoldsTheData: Rule = function* (lab, at) {
  const devices = [...eachNic(lab)].filter(({ nic }) => isChecked(nic));
  for (const request of (lab.checks ?? []).map(requestOf)) {
    if (request === undefined) continue;
    const { machine, mebibytes = checkParameters['storage']?.['mebibytes']?.default } = request;
    for (const { nic, name, path, machine: owner } of devices) {
      const size = nic.size ?? `${DEFAULT_STORAGE_MIB}M`;
      if (machine !== undefined && machine !== owner) continue;
      if (typeof mebibytes !== 'number' || mebibytes <= sizeMiB(size)) continue;
      const written = nic.size !== undefined;
      yield {
        code: 'LAB-RULE-STORAGE',
        message: `${name} holds ${size}, and the check storage writes ${mebibytes} MiB`,
        hint: 'make its `size` larger, or the check’s `mebibytes` smaller',
        location: at.locate(written ? [...path, 'size'] : path, { key: !written }),
      };
    }
  }
};
