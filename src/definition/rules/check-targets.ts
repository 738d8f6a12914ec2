import { isCheckName, specOf } from '../../checks/catalog.js';
import { fittingNics, type FittingNic } from '../check-candidates.js';
import { machineNamed } from '../relations.js';
import type { Rule } from './rule.js';

/** What the cluster uses a NIC for. */
function useOf({ nic, checked: { cluster } }: FittingNic): string | undefined {
  if (cluster === null) return undefined;
  if (cluster.pool) return `pods hold the VFs of ${nic.name} on machine ${nic.machine}`;
  return cluster.endpoint
    ? `the control plane in machine ${nic.machine} is reached through ${nic.name}`
    : `node ${nic.machine} reaches the control plane through ${nic.name}`;
}

/** All NICs that the check applies to are in use. */
function hintFor(nics: readonly FittingNic[]): string {
  const inside =
    'nested machines use the NICs that it could check: set `machine:` to one of those, or add a NIC';
  const uses = nics.flatMap((nic) => useOf(nic) ?? []);
  const [first] = uses;
  if (first === undefined) return inside;
  const more = uses.length > 1 ? `, and the cluster uses ${uses.length - 1} more` : '';
  return `${first}${more}: leave the check out, or give a machine that is not a node a NIC for it`;
}

/** A check that no NIC suits proves nothing. Other rules say if there is no such check or machine. */
export const checksHaveTargets: Rule = function* (draft, at) {
  for (const { name, machine, path } of draft.checks) {
    if (!isCheckName(name) || (machine !== null && machineNamed(draft, machine) === undefined)) continue;
    const fitting = fittingNics(draft, { name, machine });
    if (fitting.some(({ inUse }) => !inUse)) continue;
    yield {
      code: 'LAB-RULE-TARGET',
      message: `${name} has nothing to check${machine === null ? '' : ` on machine ${machine}`}`,
      hint: fitting.length === 0 ? specOf(name).hint : hintFor(fitting),
      location: at.locate(path),
    };
  }
};
