import * as z from 'zod';
import type { CheckSpec } from '../spec.js';

const parameters = z.strictObject({});

export const linkState = {
  name: 'link-state',
  summary:
    'the carrier of each function follows the link of its backend, down and up again, and no other does',
  parameters,
  scope: 'nic',
  fits: ({ storage, vfs, ownBackends }) => !storage && vfs > 0 && ownBackends,
  hint: 'add `vfs` to a NIC whose VFs have backends of their own, such as virtio-net, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
