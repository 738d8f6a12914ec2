import * as z from 'zod';
import { sameSegment, type Segment } from '../segment.js';
import { segmentsOfNic, wholeNumber, type CheckedNic, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  count: wholeNumber({ min: 1, max: 10_000, default: 20 }, 'packets in each exchange'),
  size: wholeNumber({ min: 0, max: 65_000, default: 1400 }, 'payload of each packet, in bytes'),
  transactions: wholeNumber(
    { min: 0, max: 1_000_000, default: 500 },
    'requests of netperf’s TCP_RR; 0: not measured',
  ),
  megabytes: wholeNumber(
    { min: 0, max: 100_000, default: 16 },
    'data that netperf’s TCP_STREAM sends, in MB; 0: not measured',
  ),
});

function canTalk(nic: CheckedNic, peers: readonly Segment[]): boolean {
  const own = segmentsOfNic(nic);
  const others = (index: number): Segment[] => [...peers, ...own.filter((_, other) => other !== index)];
  return (
    nic.ends.includes(null) ||
    own.some((one, index) => others(index).some((other) => sameSegment(one, other)))
  );
}

export const traffic = {
  name: 'traffic',
  summary:
    'every function reaches its peers and is reached without loss, as the byte counters of both ends confirm',
  parameters,
  scope: 'nic',
  fits: canTalk,
  hint: 'give a NIC the backend `user`, or `{ tap: NETWORK }` with a peer or another function on that network, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
