import type { ImageName } from '../images/names.js';

export const DEFAULT_MTU = 1500;
export const DEFAULT_QUEUES = 1;
export const DEFAULT_ORDER = 'vfs-first';
export const DEFAULT_VHOST = 'auto';
/** Capacity of a storage device, as a definition writes it. */
export const DEFAULT_STORAGE = '64M';

/** Memory of a machine that has no functions and runs no machines. */
const BASE_MEMORY_MIB = 512;

/** Of the container network of a bench: what Kubernetes' simplest networks use. */
export const DEFAULT_CONTAINER_SUBNET = '10.244.0.0/24';

/** What a VF's netdev, its queues and its driver cost a guest, measured, with room to spare. */
const MEMORY_PER_FUNCTION_MIB = 4;

/** What a machine that others run on holds beside their memory: QEMU, its image and theirs, for each of them. */
const MEMORY_PER_INNER_MACHINE_MIB = 512;

/** What a machine boots that names no image. */
export function defaultImage(runsMachines: boolean): ImageName {
  return runsMachines ? 'hypervisor' : 'micro';
}

/** Room for the guest's own programs, for every function's queues, and for machines inside it, whose memory (MiB) is `inside`. */
export function defaultMemoryMiB(functions: number, inside: readonly number[]): number {
  const forInside = inside.reduce((sum, memory) => sum + memory + MEMORY_PER_INNER_MACHINE_MIB, 0);
  return BASE_MEMORY_MIB + functions * MEMORY_PER_FUNCTION_MIB + forInside;
}

/** The subnet of the network at a place among the networks: 10.64.0.0/16, the next one 10.65.0.0/16 and so on. */
export function defaultSubnet(index: number): string {
  return `10.${64 + index}.0.0/16`;
}
