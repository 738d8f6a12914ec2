import { backendOf, hostAddress, type Lab, type Nic, type NicFunction, type Peer } from '../model/lab.js';
import type { CheckTarget } from './check.js';
import { sameSegment, type Segment } from './segment.js';
import { functionView, vfView, type FunctionView } from './vf-view.js';

/** Where a PF stays in the guest; no function has such a name. */
const ROOT_NAMESPACE = '.';

/** What QEMU gives each user network by itself (its documentation, `-netdev user`). */
const USER_ADDRESS = '10.0.2.15/24';
/** The gateway, which answers to pings by itself and passes TCP on to 127.0.0.1 of the lab's namespace. */
export const USER_GATEWAY = '10.0.2.2';

/** A function that packets can leave and reach: the script of a check puts it into a namespace of its own. */
export interface End extends FunctionView {
  /** Of the guest; a PF stays in the first one. */
  readonly namespace: string;
  /** Null for one on a user network, where it is alone. */
  readonly segment: Segment | null;
  /** The tap behind it, which functions may share. */
  readonly tap: string | null;
}

export function segmentOfPeer({ network, vlan }: Peer): Segment {
  return { network, vlan };
}

function end(nic: Nic, pciFunction: NicFunction, namespace: string): End[] {
  const view = functionView(pciFunction);
  const backend = backendOf(nic, pciFunction);
  if (backend?.type === 'user') {
    const address = { address: hostAddress(USER_ADDRESS), cidr: USER_ADDRESS };
    return [{ ...view, ...address, namespace, segment: null, tap: null }];
  }
  const { segment } = pciFunction;
  if (segment === null) return [];
  return [{ ...view, namespace, segment, tap: backend?.type === 'tap' ? backend.ifname : null }];
}

/** Whether the NIC is a PF with VFs; the functions of other NICs are all alike. */
export function hasVfs(nic: Nic): boolean {
  return nic.vfs.length > 0;
}

/** The PF of a NIC with VFs, which stays in the guest's first namespace; none for other NICs. */
export function pfEnd({ nic }: CheckTarget): End | undefined {
  return hasVfs(nic) ? end(nic, nic.pf, ROOT_NAMESPACE)[0] : undefined;
}

/** The VFs of a NIC, or all functions of one without: each in a namespace of its own. */
export function namespacedEnds({ nic }: CheckTarget): End[] {
  const functions = hasVfs(nic) ? nic.vfs : [nic.pf, ...nic.siblings];
  return functions.flatMap((pciFunction) => end(nic, pciFunction, pciFunction.name));
}

/** Every function of the NIC that packets can leave and reach. */
export function endsOf(target: CheckTarget): End[] {
  const pf = pfEnd(target);
  return [...(pf === undefined ? [] : [pf]), ...namespacedEnds(target)];
}

/** The peers that an end can hear. */
export function peersOf(lab: Lab, { segment }: End): Peer[] {
  return lab.peers.filter((peer) => sameSegment(segment, segmentOfPeer(peer)));
}

/** What the scripts need that put the functions into namespaces: the view of the partials `vf` and `namespaces`. */
export function endsView(target: CheckTarget): object {
  return { ...vfView(target), ends: endsOf(target) };
}
