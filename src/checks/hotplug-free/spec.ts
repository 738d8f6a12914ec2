import { type CheckSpec } from '../spec.js';
import { vfCreation } from '../vf-creation/spec.js';

/** It shares the cycles of vf-creation, and so its parameters. */
export const hotplugFree = {
  ...vfCreation,
  name: 'hotplug-free',
  summary: 'VFs exist in QEMU before the guest enables them, and enabling and disabling them plugs nothing',
} satisfies CheckSpec<typeof vfCreation.parameters.shape>;
