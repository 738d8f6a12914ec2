import { backendOf, hostAddress, type Lab, type Nic, type NicFunction, type Peer } from '../model/lab.js';
import type { CheckTarget } from './check.js';
import { sameSegment, type Segment } from './segment.js';
import { functionView, vfView, type FunctionView, type VfView } from './vf-view.js';

declare module '../render/templates.js' {
  interface Views {
    'checks/namespaces-start.sh': NamespacesView;
    'checks/namespaces-end.sh': NamespacesView;
    'checks/counters.sh': NamespacesView;
  }
}

/** Stands for the guest's initial network namespace, where a PF stays. No function has this name. */
const ROOT_NAMESPACE = '.';

/** The address that QEMU assigns on each user network (QEMU's documentation, `-netdev user`). */
const USER_ADDRESS = '10.0.2.15/24';
/** The gateway of a user network. It answers pings itself, and forwards TCP to 127.0.0.1 in the lab's namespace. */
export const USER_GATEWAY = '10.0.2.2';

/** A function that can send and receive packets. The script of a check puts it into a namespace of its own. */
export interface End extends FunctionView {
  /** Its network namespace in the guest; a PF stays in the initial one. */
  readonly namespace: string;
  /** Null on a user network, where the function is alone. */
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

/** The PF of a NIC with VFs, which stays in the guest's initial namespace; undefined for other NICs. */
export function pfEnd({ nic }: CheckTarget): End | undefined {
  return hasVfs(nic) ? end(nic, nic.pf, ROOT_NAMESPACE)[0] : undefined;
}

/** The VFs of a NIC, or all functions of one without: each in a namespace of its own. */
export function namespacedEnds({ nic }: CheckTarget): End[] {
  const functions = hasVfs(nic) ? nic.vfs : [nic.pf, ...nic.siblings];
  return functions.flatMap((pciFunction) => end(nic, pciFunction, pciFunction.name));
}

/** Every function of the NIC that can send and receive packets. */
export function endsOf(target: CheckTarget): End[] {
  const pf = pfEnd(target);
  return [...(pf === undefined ? [] : [pf]), ...namespacedEnds(target)];
}

/** The peers on the same segment as an end. */
export function peersOf(lab: Lab, { segment }: End): Peer[] {
  return lab.peers.filter((peer) => sameSegment(segment, segmentOfPeer(peer)));
}

/** The view for scripts that put functions into namespaces, with the partials `vf` and `namespaces`. */
export interface EndsView extends VfView {
  readonly ends: readonly End[];
}

/** What the partials tell of themselves in a check's script. */
export interface NamespacesView extends EndsView {
  readonly check: string;
  /** Whether the script asserts only what goes wrong. */
  readonly quiet: boolean;
}

export function endsView(target: CheckTarget): EndsView {
  return { ...vfView(target), ends: endsOf(target) };
}
