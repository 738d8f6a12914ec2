import * as z from 'zod';
import { sameSegment } from '../segment.js';
import { wholeNumber, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  count: wholeNumber({ min: 1, max: 10_000, default: 10 }, 'packets from a peer to each function'),
  size: wholeNumber({ min: 0, max: 65_000, default: 1400 }, 'payload of each packet, in bytes'),
});

export const vdpaPath = {
  name: 'vdpa-path',
  summary:
    'packets travel through the vDPA devices: QEMU and the system around it carry none, and QEMU need not even run',
  parameters,
  scope: 'nic',
  fits: ({ ends }, peers) => ends.some((end) => peers.some((peer) => sameSegment(end, peer))),
  hint: 'put a peer on the network that a NIC’s functions lead to, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
