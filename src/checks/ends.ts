import {
  backendOf,
  findByName,
  hostAddress,
  type Lab,
  type Nic,
  type NicFunction,
  type Peer,
} from '../model/lab.js';
import type { CheckTarget } from './check.js';
import { mtusOf } from './packet-size.js';
import { sameSegment, type Segment } from './segment.js';
import { functionView, vfView, type FunctionView, type VfView } from './vf-view.js';

declare module '../render/templates.js' {
  interface Views {
    'checks/namespaces-start.sh': NamespacesView;
    'checks/namespaces-end.sh': NamespacesView;
    'checks/counters.sh': NamespacesView;
  }
}

/** The address that QEMU assigns on each user network (QEMU's documentation, `-netdev user`). */
const USER_ADDRESS = '10.0.2.15/24';
/** The gateway of a user network. It answers pings itself, and forwards TCP to 127.0.0.1 in the lab's namespace. */
export const USER_GATEWAY = '10.0.2.2';

/** A function that can send and receive packets. The script of a check puts it into a namespace of its own. */
export interface End extends FunctionView {
  /** Its network namespace in the guest. */
  readonly namespace: string;
  /** The MTUs that its packets meet. */
  readonly mtus: readonly number[];
  /** Null on a user network, where the function is alone. */
  readonly segment: Segment | null;
  /** The tap behind it, which functions may share. */
  readonly tap: string | null;
}

export function segmentOfPeer({ network, vlan }: Peer): Segment {
  return { network, vlan };
}

/** What the namespaces of checks begin with: a check that was cut short leaves some, and the next one removes them. */
const NAMESPACE_PREFIX = 'lab-';

function end({ lab, machine, nic }: CheckTarget, pciFunction: NicFunction): End[] {
  const view = {
    ...functionView(pciFunction),
    namespace: `${NAMESPACE_PREFIX}${pciFunction.name}`,
    mtus: mtusOf(lab, machine.name, pciFunction.id),
  };
  const backend = backendOf(nic, pciFunction);
  if (backend?.type === 'user') {
    const address = { address: hostAddress(USER_ADDRESS), cidr: USER_ADDRESS };
    return [{ ...view, ...address, segment: null, tap: null }];
  }
  const { segment } = pciFunction;
  if (segment === null) return [];
  return [{ ...view, segment, tap: backend?.type === 'tap' ? backend.ifname : null }];
}

/** Whether the NIC is a PF with VFs; the functions of other NICs are all alike. */
export function hasVfs(nic: Nic): boolean {
  return nic.vfs.length > 0;
}

/** The PF of a NIC with VFs; undefined for other NICs. */
export function pfEnd(target: CheckTarget): End | undefined {
  return hasVfs(target.nic) ? end(target, target.nic.pf)[0] : undefined;
}

/** The VFs of a NIC, or all functions of one without. */
export function workingEnds(target: CheckTarget): End[] {
  const { nic } = target;
  const functions = hasVfs(nic) ? nic.vfs : [nic.pf, ...nic.siblings];
  return functions.flatMap((pciFunction) => end(target, pciFunction));
}

/** Every function of the NIC that can send and receive packets. */
export function endsOf(target: CheckTarget): End[] {
  const pf = pfEnd(target);
  return [...(pf === undefined ? [] : [pf]), ...workingEnds(target)];
}

/** The MTUs that packets between a function and a peer meet. */
export function mtusToPeer({ networks }: Lab, { mtus }: End, { network }: Peer): number[] {
  return [...mtus, findByName(networks, network).mtu];
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
