import { isCheckName, specOf, type CheckName } from '../../checks/catalog.js';
import type { Segment } from '../../checks/segment.js';
import type { CheckedNic } from '../../checks/spec.js';
import type { BackendFile, CheckFile, LabFile } from '../../model/lab-file.js';
import { backendType } from '../written-backend.js';
import { writtenVfs } from '../written-functions.js';
import { nicServes } from '../written-nesting.js';
import { segmentBehind } from '../written-segment.js';
import { eachFunction, type PlacedFunction, type Rule } from './rule.js';
import { modelOf } from './nics.js';
import { isStorage } from './storage.js';

function endOf(lab: LabFile, machine: string, backend: BackendFile | undefined): (Segment | null)[] {
  if (backend !== undefined && backendType(backend) === 'user') return [null];
  const segment = segmentBehind(lab, machine, backend);
  return segment === null ? [] : [segment];
}

interface Candidate {
  readonly machine: string;
  readonly nic: CheckedNic;
  /** Whether what is inside the machine has taken it. */
  readonly serves: boolean;
}

/** The NICs of a definition, with the machine that each is of. */
function checkedNics(lab: LabFile): Candidate[] {
  const functions = new Map<
    PlacedFunction['nic'],
    { machine: string; name: string; ends: (Segment | null)[] }
  >();
  for (const { machine, name, nic, written } of eachFunction(lab)) {
    const found = functions.get(nic) ?? { machine, name, ends: [] };
    found.ends.push(...endOf(lab, machine, written.backend ?? nic.backend));
    functions.set(nic, found);
  }
  return [...functions].map(([nic, { machine, name, ends }]) => ({
    machine,
    serves: nicServes(lab, machine, name),
    nic: {
      storage: isStorage(nic),
      vfs: writtenVfs(nic).length,
      ownBackends: modelOf(nic)?.vfs !== 'fixed',
      ends,
    },
  }));
}

/** What an entry of `checks` asks for; undefined when it is not one check, which another rule says. */
function requestOf(written: CheckFile): { check: CheckName; machine: string | undefined } | undefined {
  const entries = typeof written === 'string' ? [[written, null] as const] : Object.entries(written);
  const [check, parameters] = entries[0] ?? ['', null];
  return entries.length === 1 && isCheckName(check)
    ? { check, machine: parameters?.['machine']?.toString() }
    : undefined;
}

export const checksHaveTargets: Rule = function* (lab, at) {
  const checks = lab.checks ?? [];
  if (checks.length === 0) return;
  const nics = checkedNics(lab);
  const peers = Object.values(lab.peers ?? {}).map(({ network, vlan = null }) => ({ network, vlan }));
  for (const [index, written] of checks.entries()) {
    const request = requestOf(written);
    if (request === undefined) continue;
    const { check, machine } = request;
    if (machine !== undefined && !Object.hasOwn(lab.machines, machine)) continue;
    const asked = nics.filter((one) => machine === undefined || one.machine === machine);
    const fitting = asked.filter(({ nic }) => specOf(check).fits(nic, peers));
    if (fitting.some(({ serves }) => !serves)) continue;
    yield {
      code: 'LAB-RULE-TARGET',
      message: `${check} has nothing to see${machine === undefined ? '' : ` on machine ${machine}`}`,
      hint:
        fitting.length === 0
          ? specOf(check).hint
          : 'the NICs that it could look at are taken by what is inside: name a machine inside, or give the machine another NIC',
      location: at.locate(['checks', index]),
    };
  }
};
