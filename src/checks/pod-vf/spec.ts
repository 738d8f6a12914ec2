import * as z from 'zod';
import { sameSegment } from '../segment.js';
import { segmentsOfNic, wholeNumber, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  count: wholeNumber({ min: 1, max: 10_000, default: 10 }, 'packets in each exchange'),
  reboot: z
    .enum(['on', 'off'])
    .default('on')
    .describe('whether the node reboots as well, which takes minutes under emulation'),
});

export const podVf = {
  name: 'pod-vf',
  summary:
    'pods get VFs as second interfaces, reach a peer and each other over them, keep them when the node restarts, and give them back however they end',
  parameters,
  scope: 'node-nic',
  fits: (nic, peers) =>
    nic.cluster?.pool === true &&
    segmentsOfNic(nic).some((one) => peers.some((peer) => sameSegment(one, peer))),
  hint: 'define `kubernetes` with `vfs: device-plugin` or `vfs: dra`, give a node’s NIC `vfs` and a peer on their network, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
