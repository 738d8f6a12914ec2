import { hostAddress, type Peer } from '../../model/lab.js';
import type { CheckTarget } from '../check.js';
import {
  endsOf,
  endsView,
  namespacedEnds,
  peersOf,
  pfEnd,
  USER_GATEWAY,
  type End,
  type NamespacesView,
} from '../ends.js';
import { deadlineSeconds } from '../ping-deadline.js';
import { sameSegment } from '../segment.js';
import { parametersOf } from '../spec.js';
import { traffic } from './spec.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/traffic.sh': TrafficView;
    'checks/traffic-gateway.sh': TrafficView;
    'checks/traffic-figures.sh': TrafficView;
    'checks/traffic-from-peer.sh': FromPeerView;
  }
}

const BYTES_PER_MEGABYTE = 1_000_000;
const ICMP_HEADER_BYTES = 8;

interface Place {
  readonly name: string;
  /** Empty for a place outside the guest. */
  readonly namespace: string;
  readonly address: string;
}

interface Exchange {
  readonly title: string;
  readonly from: End;
  readonly to: Place;
}

function outside(peer: Peer): Place {
  return { name: peer.name, namespace: '', address: hostAddress(peer.address) };
}

const gateway: Place = { name: "QEMU's gateway", namespace: '', address: USER_GATEWAY };

function exchange(from: End, to: Place): Exchange {
  return { title: `${from.name} to ${to.name}`, from, to };
}

/** The next end on the same segment, in a ring, which keeps the number of pairs small. */
function nextOf(end: End, ends: readonly End[]): End | undefined {
  const others = ends.filter((other) => other !== end && sameSegment(end.segment, other.segment));
  return others.find((other) => ends.indexOf(other) > ends.indexOf(end)) ?? others[0];
}

/**
 * The exchanges that the guest begins: from each VF (or each function of a device without VFs) to its peers and to the next one on its
 * segment, and from the PF to each VF on its segment. An end on a user network can reach only its gateway.
 */
function exchangesOf(target: CheckTarget): Exchange[] {
  const pf = pfEnd(target);
  const ends = namespacedEnds(target);
  const toGateway = endsOf(target).filter(({ segment }) => segment === null);
  return [
    ...ends.flatMap((end) => {
      const next = nextOf(end, ends);
      return [
        ...peersOf(target.lab, end).map((peer) => exchange(end, outside(peer))),
        ...(next === undefined ? [] : [exchange(end, next)]),
        ...(pf !== undefined && sameSegment(pf.segment, end.segment) ? [exchange(pf, end)] : []),
      ];
    }),
    ...toGateway.map((end) => exchange(end, gateway)),
  ];
}

/**
 * How often the payload crosses each tap, both ways, in the exchanges that the guest begins, by the tap's name. Packets between
 * functions that share a tap stay inside the device's own switch.
 */
export function exchangesByTap(target: CheckTarget): Map<string, number> {
  const ends = endsOf(target);
  const times = new Map<string, number>();
  for (const { from, to } of exchangesOf(target)) {
    const taps = [from.tap, ends.find((end) => end.namespace === to.namespace)?.tap ?? null];
    if (taps[0] === taps[1]) continue;
    for (const tap of taps) if (tap !== null) times.set(tap, (times.get(tap) ?? 0) + 1);
  }
  return times;
}

/** A peer, and the ends that it exchanges packets with. */
export interface ReachedPeer {
  readonly peer: Peer;
  readonly ends: readonly End[];
}

/** The peers that any VF, or function of a device without VFs, can reach. */
export function reachedPeers(target: CheckTarget): ReachedPeer[] {
  const ends = namespacedEnds(target);
  return target.lab.peers
    .map((peer) => ({ peer, ends: ends.filter((end) => peersOf(target.lab, end).includes(peer)) }))
    .filter((reached) => reached.ends.length > 0);
}

/** The ends that are alone on a user network. */
export function userEnds(target: CheckTarget): End[] {
  return endsOf(target).filter(({ segment }) => segment === null);
}

/** Bytes that each exchange moves, one way. */
export function payloadOf(target: CheckTarget): number {
  const { count, size } = parametersOf(traffic, target);
  return count * (size + ICMP_HEADER_BYTES);
}

/** The one pair that figures are measured for: the first end that can reach something outside. */
function measured(target: CheckTarget): { from: End; to: Place }[] {
  const ends = namespacedEnds(target);
  const first = ends.find((end) => end.segment === null || peersOf(target.lab, end).length > 0);
  if (first === undefined) return [];
  const [peer] = peersOf(target.lab, first);
  return [{ from: first, to: peer === undefined ? gateway : outside(peer) }];
}

/** The view of all scripts of the check but the peers'. */
interface TrafficView extends NamespacesView {
  readonly count: number;
  readonly size: number;
  /** Bytes that each exchange moves, one way. */
  readonly payload: number;
  readonly accelerator: string;
  readonly deadlineSeconds: number;
  readonly exchanges: readonly Exchange[];
  readonly gateway: string;
  readonly userEnds: readonly { readonly namespace: string; readonly out: string; readonly back: string }[];
  readonly measurements: readonly Measurement[];
}

interface Measurement {
  readonly from: End;
  readonly to: Place;
  readonly throughputTitle: string;
  readonly latencyTitle: string;
  readonly bytes: number;
  readonly transactions: number;
}

export function trafficView(target: CheckTarget, accelerator: string): TrafficView {
  const { count, size, transactions, megabytes } = parametersOf(traffic, target);
  return {
    ...endsView(target),
    check: 'traffic',
    quiet: false,
    count,
    size,
    payload: payloadOf(target),
    accelerator: accelerator.toUpperCase(),
    deadlineSeconds: deadlineSeconds(count, target.machine),
    exchanges: exchangesOf(target),
    gateway: USER_GATEWAY,
    userEnds: userEnds(target).map(({ name, namespace }) => ({
      namespace,
      out: `${name} through QEMU's gateway to a server outside`,
      back: `a server outside through QEMU's gateway to ${name}`,
    })),
    measurements: measured(target).map((pair) => ({
      ...pair,
      throughputTitle: `${pair.from.name} to ${pair.to.name}, netperf TCP_STREAM`,
      latencyTitle: `${pair.from.name} to ${pair.to.name}, netperf TCP_RR, with the mean latency in usec`,
      bytes: megabytes * BYTES_PER_MEGABYTE,
      transactions,
    })),
  };
}

/** The view of one peer's script. */
interface FromPeerView {
  readonly peer: string;
  readonly count: number;
  readonly size: number;
  readonly deadlineSeconds: number;
  readonly ends: readonly { readonly address: string; readonly title: string }[];
}

export function fromPeerView(target: CheckTarget, { peer, ends }: ReachedPeer): FromPeerView {
  const { count, size } = parametersOf(traffic, target);
  return {
    peer: peer.name,
    count,
    size,
    deadlineSeconds: deadlineSeconds(count, target.machine),
    ends: ends.map(({ name, address }) => ({
      address,
      title: `${peer.name} to ${name}: ${count} packets, none lost`,
    })),
  };
}
