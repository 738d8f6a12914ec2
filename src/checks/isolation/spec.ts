import * as z from 'zod';
import type { Segment } from '../segment.js';
import { segmentsOfNic, wholeNumber, type CheckedNic, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  count: wholeNumber(
    { min: 1, max: 100, default: 3 },
    'packets to each stranger by broadcast, and as many by unicast',
  ),
});

/** There must be another VLAN to keep away from, and two members on each VLAN, to show that its links work. */
function canBeApart(nic: CheckedNic, peers: readonly Segment[]): boolean {
  const own = segmentsOfNic(nic);
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

export const isolation = {
  name: 'isolation',
  summary:
    'functions and peers on different VLANs of a network do not hear each other, neither unicast nor broadcast',
  parameters,
  scope: 'nic',
  fits: canBeApart,
  hint: 'put a NIC’s functions and peers on two VLANs of one network, at least two of them on each VLAN, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
