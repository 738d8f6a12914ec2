import { findByName, functionById, hostAddress, type Peer } from '../../model/lab.js';
import type { Accelerator } from '../../toolchain/types.js';
import { scriptFolder, type CheckTarget } from '../check.js';
import { segmentOfPeer } from '../ends.js';
import { clusterOf, nodeOf } from '../kubernetes-place.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { pingSize } from '../pod-exchange.js';
import { podsView, SILENT_COUNT, type PodsView } from '../pods.js';
import { sameSegment } from '../segment.js';
import { parametersOf } from '../spec.js';
import { podNetwork } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/pod-network-begin.sh': PodNetworkView;
    'checks/pod-network-to-peer.sh': PodNetworkView;
    'checks/pod-network-to-pods.sh': PodNetworkView;
    'checks/pod-network-connect.sh': PodNetworkView;
    'checks/pod-network-cut.sh': PodNetworkView;
    'checks/pod-network-silent.sh': PodNetworkView;
    'checks/pod-network-restore.sh': PodNetworkView;
  }
}

/** Where netperf's server listens (netserver(1)). */
export const NETSERVER_PORT = 12865;
/** How long a pod keeps its connection, in s. */
const CONNECTED_SECONDS = 10;

export interface Paths {
  readonly begin: string;
  readonly toPeer: string;
  readonly toPods: string;
  readonly connect: string;
  readonly cut: string;
  readonly silent: string;
  readonly restore: string;
  readonly end: string;
}

export function pathsOf(target: CheckTarget): Paths {
  const path = (name: string): string => `${scriptFolder(target)}/pod-network-${name}.sh`;
  return {
    begin: path('begin'),
    toPeer: path('to-peer'),
    toPods: path('to-pods'),
    connect: path('connect'),
    cut: path('cut'),
    silent: path('silent'),
    restore: path('restore'),
    end: path('end'),
  };
}

/** A peer on the network that the node's uplink leads to. */
export function peerOf(target: CheckTarget): Peer {
  const { lab, machine } = target;
  const { uplink } = nodeOf(target);
  const { segment } = functionById(machine, uplink).pciFunction;
  const peer = lab.peers.find((one) => sameSegment(segment, segmentOfPeer(one)));
  if (peer === undefined) throw new Error(`no peer is on the network of ${uplink} of ${machine.name}`);
  return peer;
}

interface PodView {
  readonly name: string;
  readonly node: string;
}

/** Two pods on the node, and one on another node if there is one. */
export function podsOf(target: CheckTarget): PodView[] {
  const here = target.machine.name;
  const other = clusterOf(target).nodes.find(({ machine }) => machine !== here);
  return [
    { name: '1', node: here },
    { name: '2', node: here },
    ...(other === undefined
      ? []
      : [{ name: '3', node: findByName(target.lab.machines, other.machine).name }]),
  ];
}

interface PodNetworkView extends PodsView {
  readonly check: string;
  readonly node: string;
  readonly peer: string;
  readonly peerAddress: string;
  readonly pods: readonly PodView[];
  readonly from: string;
  readonly others: readonly { readonly name: string; readonly title: string }[];
  readonly title: string;
  /** IPv4 in CIDR notation: the addresses of the node's pods. */
  readonly podSubnet: string;
  readonly port: number;
  readonly connectedSeconds: number;
  readonly silentCount: number;
  readonly count: number;
  readonly size: number;
  readonly deadlineSeconds: number;
}

/** `title`: of the one assertion that a script makes. */
export function podNetworkView(target: CheckTarget, accelerator: Accelerator, title: string): PodNetworkView {
  const { machine } = target;
  const peer = peerOf(target);
  const { count } = parametersOf(podNetwork, target);
  const [from = { name: '1', node: machine.name }, ...others] = podsOf(target);
  return {
    ...podsView(target, `lab-net-${machine.name}`, accelerator),
    check: 'pod-network',
    node: machine.name,
    peer: peer.name,
    peerAddress: hostAddress(peer.address),
    pods: podsOf(target),
    from: from.name,
    others: others.map(({ name, node }) => ({
      name,
      title:
        node === machine.name
          ? `pod ${from.name} to pod ${name} on the same node`
          : `pod ${from.name} to pod ${name} on ${node}`,
    })),
    title,
    podSubnet: nodeOf(target).pods,
    port: NETSERVER_PORT,
    connectedSeconds: CONNECTED_SECONDS,
    silentCount: SILENT_COUNT,
    count,
    size: pingSize(target),
    deadlineSeconds: deadlineSeconds(count, machine),
  };
}
