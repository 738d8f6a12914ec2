import * as z from 'zod';
import { wholeNumber, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  cycles: wholeNumber({ min: 1, max: 1000, default: 10 }, 'how often the VFs are created and removed'),
});

export const vfCreation = {
  name: 'vf-creation',
  summary:
    'writing sriov_numvfs makes the VFs that the lab defines, with their BDFs, drivers and identities, each time alike',
  parameters,
  fits: ({ vfs }) => vfs > 0,
  hint: 'give a NIC `vfs`, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
