import * as z from 'zod';
import type { CheckSpec } from '../spec.js';

const parameters = z.strictObject({});

export const enumeration = {
  name: 'enumeration',
  summary: 'a device without VFs shows exactly the functions that the lab defines, from boot on',
  parameters,
  scope: 'nic',
  fits: ({ vfs }) => vfs === 0,
  hint: 'add a NIC without `vfs`, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
