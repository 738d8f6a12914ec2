import { nicModel, nicModelNames } from '../../devices/catalog.js';
import type { Problem } from '../../errors/lab-error.js';
import { vfSegmentsOf } from '../cluster.js';
import type { Draft, DraftNic } from '../draft.js';
import { machineNamed, modelOf, networkNamed, vfsOf } from '../relations.js';
import { soundNodes } from './cluster-places.js';
import { namesOf, unknownName, type Rule } from './rule.js';

/** The models whose PFs can put their VFs on VLANs. */
function modelsWithVlans(): string[] {
  return nicModelNames().filter((name) => nicModel(name).vfVlans === true);
}

function problemOf(draft: Draft, nic: DraftNic): Pick<Problem, 'message' | 'hint'> | undefined {
  const model = modelOf(nic);
  if (model !== undefined && model.vfVlans !== true)
    return {
      message: `the PF of a NIC of model ${model.name} cannot put its VFs on a VLAN`,
      hint: `leave the entry out, or give ${nic.name} the model ${modelsWithVlans().join(' or ')}`,
    };
  const networks = vfSegmentsOf(draft, nic).map((segment) => networkNamed(draft, segment?.network ?? null));
  const filtering = networks.find((network) => network !== undefined && network.vlans.length > 0);
  if (filtering === undefined) return undefined;
  return {
    message: `frames with a tag would not pass: the VFs of ${nic.name} lead to network ${filtering.name}, each of whose ports is on one VLAN`,
    hint: `put ${nic.name} on a network without \`vlans\`, or leave the entry out`,
  };
}

/** A VLAN that the PF puts VFs on has to be possible for the NIC, and to get through. Another rule refuses an unknown model. */
export const vfVlansArePossible: Rule = function* (draft, at) {
  const nodes = soundNodes(draft);
  const nics = nodes
    .flatMap(({ machine }) => machineNamed(draft, machine)?.nics ?? [])
    .filter((nic) => vfsOf(nic).length > 0);
  for (const { nic: name, path } of draft.kubernetes?.vlans ?? []) {
    const meant = nics.filter((nic) => nic.name === name);
    if (meant.length === 0 && nodes.length > 0) {
      yield {
        code: 'LAB-RULE-KUBERNETES',
        ...unknownName('NIC', name, [...new Set(namesOf(nics))]),
        message: `no node has a NIC \`${name}\` with VFs`,
        location: at.locate(path, { key: true }),
      };
    }
    const problem = meant.map((nic) => problemOf(draft, nic)).find((one) => one !== undefined);
    if (problem !== undefined) yield { code: 'LAB-RULE-VLAN', ...problem, location: at.locate(path) };
  }
};
