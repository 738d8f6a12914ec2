import * as z from 'zod';
import { sameSegment } from '../segment.js';
import { segmentsOfNic, wholeNumber, type CheckSpec } from '../spec.js';

/** The CNI plugins that can give a VF to a container, as a CNI configuration names them. */
export const cniPluginNames = ['host-device', 'sriov', 'sriov-virtio'] as const;

const parameters = z.strictObject({
  count: wholeNumber({ min: 1, max: 10_000, default: 10 }, 'packets from each container to its peer'),
  plugin: z
    .enum(cniPluginNames)
    .default('host-device')
    .describe('the CNI plugin that gives the VFs to containers'),
});

export const cniAttach = {
  name: 'cni-attach',
  summary:
    'CNI ADD gives each VF to a container, with its address and traffic; CHECK passes; DEL returns the VF unchanged',
  parameters,
  scope: 'nic',
  fits: (nic, peers) =>
    nic.vfs > 0 && segmentsOfNic(nic).some((one) => peers.some((peer) => sameSegment(one, peer))),
  hint: 'give a NIC `vfs` and the backend `{ tap: NETWORK }`, with a peer on that network, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
