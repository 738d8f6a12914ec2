import { findByName, hostAddress, type Lab, type Peer } from '../../model/lab.js';
import type { CheckTarget } from '../check.js';
import {
  endsOf,
  endsView,
  workingEnds,
  peersOf,
  pfEnd,
  USER_GATEWAY,
  type End,
  type NamespacesView,
} from '../ends.js';
import { fittingSize } from '../packet-size.js';
import { deadlineSeconds, transferSeconds } from '../ping-deadline.js';
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
  readonly mtus: readonly number[];
}

interface Exchange {
  readonly title: string;
  readonly from: End;
  readonly to: Place;
  /** Payload of each packet, in bytes. */
  readonly size: number;
}

function outside({ networks }: Lab, { name, network, address }: Peer): Place {
  const { mtu } = findByName(networks, network);
  return { name, namespace: '', address: hostAddress(address), mtus: [mtu] };
}

/** The MTU of a user network is one of those that its function's packets meet. */
const gateway: Place = { name: "QEMU's gateway", namespace: '', address: USER_GATEWAY, mtus: [] };

/** The payload of the packets between two places, in bytes. */
function sizeBetween(target: CheckTarget, one: Pick<Place, 'mtus'>, other: Pick<Place, 'mtus'>): number {
  return fittingSize(parametersOf(traffic, target).size, [...one.mtus, ...other.mtus]);
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
  const ends = workingEnds(target);
  const toGateway = endsOf(target).filter(({ segment }) => segment === null);
  const exchange = (from: End, to: Place): Exchange => ({
    title: `${from.name} to ${to.name}`,
    from,
    to,
    size: sizeBetween(target, from, to),
  });
  return [
    ...ends.flatMap((end) => {
      const next = nextOf(end, ends);
      return [
        ...peersOf(target.lab, end).map((peer) => exchange(end, outside(target.lab, peer))),
        ...(next === undefined ? [] : [exchange(end, next)]),
        ...(pf !== undefined && sameSegment(pf.segment, end.segment) ? [exchange(pf, end)] : []),
      ];
    }),
    ...toGateway.map((end) => exchange(end, gateway)),
  ];
}

/**
 * The bytes that cross each tap, both ways, in the exchanges that the guest begins, by the tap's name. Packets between functions that
 * share a tap stay inside the device's own switch.
 */
export function bytesByTap(target: CheckTarget): Map<string, number> {
  const ends = endsOf(target);
  const bytes = new Map<string, number>();
  for (const { from, to, size } of exchangesOf(target)) {
    const taps = [from.tap, ends.find((end) => end.namespace === to.namespace)?.tap ?? null];
    if (taps[0] === taps[1]) continue;
    for (const tap of taps) if (tap !== null) bytes.set(tap, (bytes.get(tap) ?? 0) + payloadOf(target, size));
  }
  return bytes;
}

/** An end that a peer exchanges packets with. */
export interface ReachedEnd extends End {
  /** Payload of each packet, in bytes. */
  readonly size: number;
}

/** A peer, and the ends that it exchanges packets with. */
export interface ReachedPeer {
  readonly peer: Peer;
  readonly ends: readonly ReachedEnd[];
}

/** The peers that any VF, or function of a device without VFs, can reach. */
export function reachedPeers(target: CheckTarget): ReachedPeer[] {
  const ends = workingEnds(target);
  return target.lab.peers
    .map((peer) => ({
      peer,
      ends: ends
        .filter((end) => peersOf(target.lab, end).includes(peer))
        .map((end) => ({ ...end, size: sizeBetween(target, end, outside(target.lab, peer)) })),
    }))
    .filter((reached) => reached.ends.length > 0);
}

/** The ends that are alone on a user network. */
export function userEnds(target: CheckTarget): End[] {
  return endsOf(target).filter(({ segment }) => segment === null);
}

/** Bytes that an exchange of packets of `size` bytes moves, one way. */
export function payloadOf(target: CheckTarget, size: number): number {
  return parametersOf(traffic, target).count * (size + ICMP_HEADER_BYTES);
}

/** Bytes that go through the gateway from and to each user network. */
export function gatewayPayload(target: CheckTarget): number {
  return payloadOf(target, parametersOf(traffic, target).size);
}

/** The one pair that figures are measured for: the first end that can reach something outside. */
function measured(target: CheckTarget): { from: End; to: Place }[] {
  const ends = workingEnds(target);
  const first = ends.find((end) => end.segment === null || peersOf(target.lab, end).length > 0);
  if (first === undefined) return [];
  const [peer] = peersOf(target.lab, first);
  return [{ from: first, to: peer === undefined ? gateway : outside(target.lab, peer) }];
}

/** The view of all scripts of the check but the peers'. */
interface TrafficView extends NamespacesView {
  readonly count: number;
  /** Bytes that go through the gateway from and to each user network. */
  readonly payload: number;
  readonly accelerator: string;
  readonly deadlineSeconds: number;
  readonly exchanges: readonly Exchange[];
  readonly gateway: string;
  readonly gatewaySeconds: number;
  readonly userEnds: readonly { readonly namespace: string; readonly out: string; readonly back: string }[];
  readonly measurements: readonly Measurement[];
}

interface Measurement {
  readonly from: End;
  readonly to: Place;
  readonly throughputTitle: string;
  readonly latencyTitle: string;
  readonly throughputSeconds: number;
  readonly latencySeconds: number;
  readonly bytes: number;
  readonly transactions: number;
}

export function trafficView(target: CheckTarget, accelerator: string): TrafficView {
  const { count, transactions, megabytes } = parametersOf(traffic, target);
  return {
    ...endsView(target),
    check: 'traffic',
    quiet: false,
    count,
    payload: gatewayPayload(target),
    accelerator: accelerator.toUpperCase(),
    deadlineSeconds: deadlineSeconds(count, target.machine),
    exchanges: exchangesOf(target),
    gateway: USER_GATEWAY,
    gatewaySeconds: transferSeconds({ bytes: gatewayPayload(target) }, target.machine),
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
      throughputSeconds: transferSeconds({ bytes: megabytes * BYTES_PER_MEGABYTE }, target.machine),
      latencySeconds: transferSeconds({ transactions }, target.machine),
    })),
  };
}

/** The view of one peer's script. */
interface FromPeerView {
  readonly peer: string;
  readonly count: number;
  readonly deadlineSeconds: number;
  readonly ends: readonly { readonly address: string; readonly size: number; readonly title: string }[];
}

export function fromPeerView(target: CheckTarget, { peer, ends }: ReachedPeer): FromPeerView {
  const { count } = parametersOf(traffic, target);
  return {
    peer: peer.name,
    count,
    deadlineSeconds: deadlineSeconds(count, target.machine),
    ends: ends.map(({ name, address, size }) => ({
      address,
      size,
      title: `${peer.name} to ${name}: ${count} packets, none lost`,
    })),
  };
}
