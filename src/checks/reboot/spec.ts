import * as z from 'zod';
import type { CheckSpec } from '../spec.js';

const parameters = z.strictObject({});

export const reboot = {
  name: 'reboot',
  summary: 'the VFs are gone when the guest has rebooted, and can be created again with the same identities',
  parameters,
  scope: 'nic',
  fits: ({ vfs }) => vfs > 0,
  hint: 'add `vfs` to a NIC, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
