/** A network, or one VLAN of it: those who are on the same one can hear each other. */
export interface Segment {
  readonly network: string;
  readonly vlan: number | null;
}

/** Two places are on the same segment: the same network, and the same VLAN of it. One on a user network is alone. */
export function sameSegment(one: Segment | null, other: Segment | null): boolean {
  return one !== null && one.network === other?.network && one.vlan === other.vlan;
}
