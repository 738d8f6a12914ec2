import { hostAddress, type NicFunction, type Peer } from '../../model/lab.js';
import { failuresOf, type CheckTarget, type Findings, type World } from '../check.js';
import { segmentOfPeer } from '../ends.js';
import { controlPlaneOf } from '../kubernetes-place.js';
import { sameSegment } from '../segment.js';
import { pathsOf, poolOf } from './places.js';

/** What pods reach over their VFs: a peer, or a network namespace of the node on the VLAN that the PF puts the VFs on. */
export interface FarEnd {
  /** `server`, `VLAN 10`. */
  readonly name: string;
  /** With prefix length. */
  readonly cidr: string;
  /** Null for a peer. */
  readonly vlan: FarVlan | null;
}

export interface FarVlan {
  readonly id: number;
  /** The function of the node that the namespace is behind. */
  readonly port: NicFunction;
}

/** A peer on the network of the VFs, and on no VLAN. */
export function peerOf({ lab, nic }: CheckTarget): Peer {
  const peer = lab.peers.find((one) =>
    nic.vfs.some(({ segment }) => sameSegment(segment, segmentOfPeer(one))),
  );
  if (peer === undefined) throw new Error(`no peer is on the network of the VFs of ${nic.name}`);
  return peer;
}

/** Of another NIC if one is on the network too, so that packets cross it. To the PF itself they stay within the card. */
function portOf({ machine, nic: { name, pf } }: CheckTarget): NicFunction {
  const others = machine.nics.filter((one) => one.name !== name && one.vfs.length === 0);
  return others.map((one) => one.pf).find(({ segment }) => sameSegment(segment, pf.segment)) ?? pf;
}

export function farEndOf(target: CheckTarget): FarEnd {
  const { vlan: id } = poolOf(target);
  if (id === null) {
    const { name, address } = peerOf(target);
    return { name, cidr: address, vlan: null };
  }
  // The VLAN is a network apart: that the PF may have this address on no VLAN matters to nobody there.
  const { name, address } = target.nic.pf;
  if (address === null) throw new Error(`${name} is on no network`);
  return { name: `VLAN ${id}`, cidr: address, vlan: { id, port: portOf(target) } };
}

export function addressOf({ cidr }: FarEnd): string {
  return hostAddress(cidr);
}

/** Puts the far end onto its VLAN. A peer is there already. */
export async function* openFarEnd(world: World): Findings {
  const { target } = world;
  if (farEndOf(target).vlan !== null) yield* world.script(pathsOf(target).vlan);
}

export async function* closeFarEnd(world: World): Findings {
  const { target } = world;
  if (farEndOf(target).vlan !== null) yield* failuresOf(await world.run(pathsOf(target).vlanEnd));
}

/** The peer, which is on no VLAN, does not hear a pod whose VF is on one. */
export async function* peerHearsNothing(world: World): Findings {
  yield* world.script(pathsOf(world.target).silent, controlPlaneOf(world.target));
}
