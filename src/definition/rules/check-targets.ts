import { isCheckName, specOf } from '../../checks/catalog.js';
import { checkCandidates, fittingNics, machineNamed } from '../relations.js';
import type { Rule } from './rule.js';

/** A check that no NIC suits proves nothing. Other rules say if there is no such check or machine. */
export const checksHaveTargets: Rule = function* (draft, at) {
  if (draft.checks.length === 0) return;
  const candidates = checkCandidates(draft);
  for (const { name, machine, path } of draft.checks) {
    if (!isCheckName(name) || (machine !== null && machineNamed(draft, machine) === undefined)) continue;
    const fitting = fittingNics(candidates, { name, machine }, draft.peers);
    if (fitting.some(({ inUse }) => !inUse)) continue;
    yield {
      code: 'LAB-RULE-TARGET',
      message: `${name} has nothing to check${machine === null ? '' : ` on machine ${machine}`}`,
      hint:
        fitting.length === 0
          ? specOf(name).hint
          : 'nested machines or the cluster use the NICs that it could check: set `machine:` to a nested machine, or add a NIC',
      location: at.locate(path),
    };
  }
};
