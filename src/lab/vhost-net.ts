import { accessSync, constants } from 'node:fs';

/** Whether QEMU can hand a tap's packets to the kernel's vhost-net. */
export function canOpenVhostNet(): boolean {
  try {
    accessSync('/dev/vhost-net', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
