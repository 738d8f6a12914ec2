import { sameSegment, type Segment } from './segment.js';

/** What decides which checks have something to see on a NIC; the same for a definition and for a resolved lab. */
export interface CheckedNic {
  readonly storage: boolean;
  /** How many VFs it has. */
  readonly vfs: number;
  /** Where its functions lead to: their segments; null for a user network. Functions that lead elsewhere are left out. */
  readonly ends: readonly (Segment | null)[];
}

interface Need {
  fits(nic: CheckedNic, peers: readonly Segment[]): boolean;
  /** What the definition needs for it. */
  readonly hint: string;
}

function segmentsOf(nic: CheckedNic): Segment[] {
  return nic.ends.filter((end) => end !== null);
}

function canTalk(nic: CheckedNic, peers: readonly Segment[]): boolean {
  const own = segmentsOf(nic);
  const others = (index: number): Segment[] => [...peers, ...own.filter((_, other) => other !== index)];
  return (
    nic.ends.includes(null) ||
    own.some((one, index) => others(index).some((other) => sameSegment(one, other)))
  );
}

/** Somebody must be on another VLAN, and on each VLAN somebody must be there to show that its links work. */
function canBeApart(nic: CheckedNic, peers: readonly Segment[]): boolean {
  const own = segmentsOf(nic);
  return own.some(({ network, vlan }) => {
    const there = [...own, ...peers].filter((other) => other.network === network);
    const vlans = [...new Set(there.map((other) => other.vlan))];
    return (
      vlan !== null &&
      vlans.length > 1 &&
      vlans.every((one) => there.filter((other) => other.vlan === one).length > 1)
    );
  });
}

const needsVfs: Need = { fits: ({ vfs }) => vfs > 0, hint: 'give a NIC `vfs`, or leave the check out' };

const needs: Readonly<Record<string, Need>> = {
  'vf-creation': needsVfs,
  'hotplug-free': needsVfs,
  enumeration: {
    fits: ({ vfs }) => vfs === 0,
    hint: 'it looks at NICs without `vfs`: add one, or leave the check out',
  },
  traffic: {
    fits: canTalk,
    hint: 'give a NIC the backend `user`, or `{ tap: NETWORK }` with a peer or another function there, or leave the check out',
  },
  'cni-attach': {
    fits: ({ vfs, ...nic }, peers) =>
      vfs > 0 && segmentsOf({ ...nic, vfs }).some((one) => peers.some((peer) => sameSegment(one, peer))),
    hint: 'give a NIC `vfs`, and the backend `{ tap: NETWORK }` with a peer there, or leave the check out',
  },
  storage: {
    fits: ({ storage, vfs }) => storage && vfs > 0,
    hint: 'give a machine such a device, as `{ model: nvme, vfs: 2 }` under `nics`, or leave the check out',
  },
  'vdpa-path': {
    fits: ({ ends }, peers) => ends.some((end) => peers.some((peer) => sameSegment(end, peer))),
    hint: 'put a peer on the network that the functions of a NIC lead to, or leave the check out',
  },
  isolation: {
    fits: canBeApart,
    hint: 'put functions of a NIC, and peers, on two VLANs of one network, at least two on each, or leave the check out',
  },
};

/** Whether a check has something to see on a NIC. `peers`: where those of the lab are. */
export function hasTarget(check: string, nic: CheckedNic, peers: readonly Segment[]): boolean {
  return needs[check]?.fits(nic, peers) ?? true;
}

/** What a definition needs that asks for a check which has nothing to see. */
export function targetHint(check: string): string {
  return needs[check]?.hint ?? 'leave the check out';
}
