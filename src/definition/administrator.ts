import type { Segment } from '../model/lab.js';
import { controlPlaneOf } from './cluster.js';
import { ADMINISTRATOR } from './defaults.js';
import type { Draft, DraftPeer } from './draft.js';
import { networkNamed } from './relations.js';

/** Whether a peer can be there: the network and the VLAN exist. */
function exists(draft: Draft, { network: name, vlan }: Segment): boolean {
  const network = networkNamed(draft, name);
  if (network === undefined) return false;
  return vlan === null ? network.vlans.length === 0 : network.vlans.includes(vlan);
}

/**
 * A definition with the peer that a control plane in a machine implies: on its network, so that kubectl and the other programs of this
 * computer that talk to the API server run beside the machine, without emulation. A definition where it cannot be stays as it is; a rule
 * says why.
 */
export function withAdministrator(draft: Draft): Draft {
  const controlPlane = controlPlaneOf(draft);
  if (!controlPlane?.machine || controlPlane.segment === null) return draft;
  const { segment } = controlPlane;
  if (!exists(draft, segment) || draft.peers.some(({ name }) => name === ADMINISTRATOR)) return draft;
  const administrator: DraftPeer = {
    name: ADMINISTRATOR,
    network: segment.network,
    address: null,
    vlan: segment.vlan,
    path: ['kubernetes', 'control-plane'],
    keys: [],
  };
  return { ...draft, peers: [...draft.peers, administrator] };
}
