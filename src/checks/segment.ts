import type { Segment } from '../model/lab.js';

export type { Segment } from '../model/lab.js';

/** Two places are on the same segment: the same network, and the same VLAN of it. One on a user network is alone. */
export function sameSegment(one: Segment | null, other: Segment | null): boolean {
  return one !== null && one.network === other?.network && one.vlan === other.vlan;
}
