import type { Problem } from '../../errors/lab-error.js';
import { pooledNicsOf, vfSegmentsOf } from '../cluster.js';
import type { Draft, DraftNic } from '../draft.js';
import { soundNodes } from './cluster-places.js';
import type { Rule } from './rule.js';

const WITHOUT = 'or set `vfs: none` under `kubernetes` and install what gives pods their VFs';

export const nodesHaveVfs: Rule = function* (draft, at) {
  if (draft.kubernetes === null || draft.kubernetes.vfs === 'none') return;
  for (const { machine, path } of soundNodes(draft)) {
    if (pooledNicsOf(draft, machine).length > 0) continue;
    yield {
      code: 'LAB-RULE-KUBERNETES',
      message: `machine ${machine} is a node without VFs for its pods`,
      hint: `add \`vfs\` to a NIC of it, ${WITHOUT}`,
      location: at.locate(path),
    };
  }
};

function poolProblem(draft: Draft, nic: DraftNic): Pick<Problem, 'message' | 'hint'> | undefined {
  const segments = vfSegmentsOf(draft, nic);
  if (segments.includes(null))
    return {
      message: `VFs of ${nic.name} lead to no network of the lab, so pods that get them would have no address`,
      hint: `give the NIC a backend that leads to a network, such as { tap: NETWORK }, ${WITHOUT}`,
    };
  if (segments.length > 1)
    return {
      message: `the VFs of ${nic.name} are on several networks or VLANs, but pods ask for them as one resource`,
      hint: `give each network a NIC of its own, ${WITHOUT}`,
    };
  if (nic.name.endsWith('-'))
    return {
      message: `pods cannot ask for \`sriov.lab/${nic.name}\`: the name of a resource does not end with a dash`,
      hint: 'rename the NIC',
    };
  return undefined;
}

export const podsCanAskForVfs: Rule = function* (draft, at) {
  for (const nic of soundNodes(draft).flatMap(({ machine }) => pooledNicsOf(draft, machine))) {
    const found = poolProblem(draft, nic);
    if (found !== undefined)
      yield { code: 'LAB-RULE-KUBERNETES', ...found, location: at.locate(nic.path, { key: true }) };
  }
};
