import { accessSync, constants } from 'node:fs';

/** Whether the kernel's vhost-net can move a tap's packets instead of QEMU. */
export function canOpenVhostNet(device = '/dev/vhost-net'): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
