import * as z from 'zod';
import { sameSegment } from '../segment.js';
import { segmentsOfNic, wholeNumber, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  count: wholeNumber({ min: 1, max: 10_000, default: 10 }, 'packets in each exchange'),
});

export const podNetwork = {
  name: 'pod-network',
  summary:
    'pods reach a peer and each other over the network in software, and a firewall rule of the node cuts them off',
  parameters,
  scope: 'node-nic',
  fits: (nic, peers) =>
    nic.cluster?.uplink === true &&
    segmentsOfNic(nic).some((one) => peers.some((peer) => sameSegment(one, peer))),
  hint: 'define `kubernetes` with a peer on the network that its nodes’ uplinks lead to, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
