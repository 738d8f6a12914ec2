import type { Segment } from '../model/lab.js';

export type { Segment } from '../model/lab.js';

/** Whether two segments are the same: one network, and one VLAN of it. Null stands for a user network, which nobody shares. */
export function sameSegment(one: Segment | null, other: Segment | null): boolean {
  return one !== null && one.network === other?.network && one.vlan === other.vlan;
}
