import * as z from 'zod';
import { wholeNumber, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  cycles: wholeNumber({ min: 1, max: 1000, default: 10 }, 'how often the VFs are created and removed'),
});

export const vfCreation = {
  name: 'vf-creation',
  summary:
    'writing to sriov_numvfs creates the VFs that the lab defines, with the same BDFs, drivers and identities each time',
  parameters,
  scope: 'nic',
  fits: ({ vfs }) => vfs > 0,
  hint: 'add `vfs` to a NIC, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
