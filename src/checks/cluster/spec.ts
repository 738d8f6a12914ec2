import * as z from 'zod';
import type { CheckSpec } from '../spec.js';

const parameters = z.strictObject({});

export const cluster = {
  name: 'cluster',
  summary:
    'the control plane is healthy, each node is Ready, all have the lab’s version, and the nodes advertise exactly its VFs',
  parameters,
  scope: 'cluster',
  fits: (nic) => nic.cluster?.uplink === true,
  hint: 'define `kubernetes`, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
