import { hostAddress, segmentOf, type Nic, type Peer } from '../model/lab.js';

import type { CheckTarget } from './check.js';
import { vfView, type FunctionView } from './vf-view.js';

const DEADLINE_SECONDS = 5;
/** Each packet follows the answer to the one before; emulation nested in emulation needs 100 ms for that. */
const PACKETS_PER_SECOND = 10;
const BYTES_PER_MEGABYTE = 1_000_000;

/** When to give up on `count` packets. */
function deadlineSeconds(count: number): number {
  return DEADLINE_SECONDS + Math.ceil(count / PACKETS_PER_SECOND);
}

interface Endpoint {
  readonly name: string;
  /** Empty for one outside the guest. */
  readonly namespace: string;
  readonly address: string;
}

interface Exchange {
  readonly title: string;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

function outside(peer: Peer): Endpoint {
  return { name: peer.name, namespace: '', address: hostAddress(peer.address) };
}

function exchange(from: Endpoint, to: Endpoint): Exchange {
  return { title: `${from.name} to ${to.name}`, from, to };
}

/** The network that a function of the NIC is on; undefined for user networking. */
function networkOf(nic: Nic, index: number): string | undefined {
  const vf = nic.vfs[index];
  return vf === undefined ? undefined : segmentOf(nic, vf)?.network;
}

/** The peers that each VF can reach: those on its network. */
export function peersOf({ lab, nic }: CheckTarget, vfIndex: number): readonly Peer[] {
  return lab.peers.filter(({ network }) => network === networkOf(nic, vfIndex));
}

/** Each VF to its peers, to the next VF of its network (a ring, so that many VFs stay few pairs), and the PF to each VF. */
function exchangesOf(target: CheckTarget, pf: FunctionView, vfs: readonly FunctionView[]): Exchange[] {
  const { nic } = target;
  const pfNetwork = segmentOf(nic, nic.pf)?.network;
  return vfs.flatMap((vf, index) => {
    const network = networkOf(nic, index);
    if (network === undefined) return [];
    const others = vfs.filter((_, other) => other !== index && networkOf(nic, other) === network);
    const next = others.find((other) => vfs.indexOf(other) > index) ?? others[0];
    return [
      ...peersOf(target, index).map((peer) => exchange(vf, outside(peer))),
      ...(next === undefined ? [] : [exchange(vf, next)]),
      ...(pfNetwork === network ? [exchange(pf, vf)] : []),
    ];
  });
}

/** How many exchanges of the check each VF takes part in; its tap carries the payload that often, both ways. */
export function exchangesByVf(target: CheckTarget): number[] {
  const { pf, vfs } = vfView(target);
  const exchanges = exchangesOf(target, pf, vfs);
  return vfs.map(
    ({ name }) => exchanges.filter(({ from, to }) => from.name === name || to.name === name).length,
  );
}

/** What all scripts of the check show. */
export function trafficView(target: CheckTarget, accelerator: string): object {
  const { pf, vfs, ...rest } = vfView(target);
  const { count = 0, size = 0, transactions = 0, megabytes = 0 } = target.request.parameters;
  const [firstVf] = vfs;
  const [firstPeer] = peersOf(target, 0);
  return {
    ...rest,
    pf,
    vfs,
    count,
    size,
    accelerator: accelerator.toUpperCase(),
    deadlineSeconds: deadlineSeconds(count),
    exchanges: exchangesOf(target, pf, vfs),
    measurements:
      firstVf === undefined || firstPeer === undefined
        ? []
        : [{ from: firstVf, to: outside(firstPeer), bytes: megabytes * BYTES_PER_MEGABYTE, transactions }],
  };
}

/** What the script of one peer shows. */
export function fromPeerView(target: CheckTarget, peer: Peer): object {
  const { count = 0, size = 0 } = target.request.parameters;
  const { vfs } = vfView(target);
  return {
    peer: peer.name,
    count,
    size,
    deadlineSeconds: deadlineSeconds(count),
    expected: `${count} packets transmitted, ${count} received, 0% packet loss`,
    vfs: vfs
      .filter((_, index) => peersOf(target, index).includes(peer))
      .map(({ name, address }) => ({
        address,
        title: `${peer.name} to ${name}: ${count} packets, none lost`,
      })),
  };
}
