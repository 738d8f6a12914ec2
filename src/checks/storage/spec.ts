import * as z from 'zod';
import { wholeNumber, type CheckSpec } from '../spec.js';

const parameters = z.strictObject({
  mebibytes: wholeNumber(
    { min: 1, max: 100_000, default: 4 },
    'what each VF writes, in MiB; at most the device’s `size`',
  ),
});

export const storage = {
  name: 'storage',
  summary:
    'each VF of a storage device writes random data that another VF and the PF read back, as QEMU’s drive confirms',
  parameters,
  scope: 'nic',
  fits: (nic) => nic.storage && nic.vfs > 0,
  hint: 'add a storage device with VFs, such as `{ model: nvme, vfs: 2 }` under `nics`, or leave the check out',
} satisfies CheckSpec<typeof parameters.shape>;
