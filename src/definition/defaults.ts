import type { ImageName } from '../images/names.js';
import type { VfProvider } from '../model/kubernetes.js';

export const DEFAULT_MTU = 1500;
export const DEFAULT_QUEUES = 1;
export const DEFAULT_ORDER = 'vfs-first';
export const DEFAULT_VHOST = 'auto';
/** Capacity of a storage device, as a definition writes it. */
export const DEFAULT_STORAGE = '64M';

/** Memory of a machine that has no functions and runs no machines. */
const BASE_MEMORY_MIB = 512;

/** The subnet of a bench's container network: the one that Kubernetes' simplest networks use. */
export const DEFAULT_CONTAINER_SUBNET = '10.244.0.0/24';

/** The version of Kubernetes that the lab's programs are tested with. */
export const DEFAULT_KUBERNETES_VERSION = '1.37.2';
/** The pods' addresses: what most networks for Kubernetes use. */
export const DEFAULT_PODS = '10.244.0.0/16';
/** Of the addresses of one node's pods, as Kubernetes itself has it. */
export const POD_PREFIX_PER_NODE = 24;
export const DEFAULT_VF_PROVIDER: VfProvider = 'device-plugin';

/** What the system of a machine of a cluster needs, with its page cache, in MiB. */
const CLUSTER_SYSTEM_MIB = 1024;
/** What a kubelet, containerd and a few pods need beside it, in MiB, and what etcd, API server, controllers and scheduler do. */
const CLUSTER_ROLE_MIB = 1024;

/** What a machine is for the cluster. */
export interface ClusterRoles {
  readonly node: boolean;
  readonly controlPlane: boolean;
}

/** The least memory of a machine with these roles, in MiB; 0 for one without. */
export function clusterMemoryMiB({ node, controlPlane }: ClusterRoles): number {
  const roles = Number(node) + Number(controlPlane);
  return roles === 0 ? 0 : CLUSTER_SYSTEM_MIB + roles * CLUSTER_ROLE_MIB;
}

/** CPUs of a machine with a control plane, whose four programs work at the same time: as many as kubeadm wants. */
export const CONTROL_PLANE_CPUS = 2;

/** The image of a node that names none. */
export const NODE_IMAGE: ImageName = 'kubernetes-node';
/** The image of a machine with the control plane that names none. It can be a node, too. */
export const CONTROL_PLANE_IMAGE: ImageName = 'kubernetes-control-plane';

/** The peer from which this computer reaches a control plane in a machine. */
export const ADMINISTRATOR = 'administrator';

/** Memory for a VF's netdev, its queues and its driver in a guest: measured, with room to spare. */
const MEMORY_PER_FUNCTION_MIB = 4;

/** Memory beside their own that each machine inside another needs there: for QEMU, and for both images. */
const MEMORY_PER_INNER_MACHINE_MIB = 512;

/** What a machine inside another writes to its disk stays in the outer machine's memory until it ends: room for that. */
export const MEMORY_FOR_DISK_WRITES_MIB = 768;

/** The image of a machine that names none. */
export function defaultImage(runsMachines: boolean): ImageName {
  return runsMachines ? 'hypervisor' : 'micro';
}

/** Memory in MiB for the guest's own programs, its functions, and the machines inside it, whose memory in MiB is `inside`. */
export function defaultMemoryMiB(functions: number, inside: readonly number[]): number {
  const forInside = inside.reduce((sum, memory) => sum + memory + MEMORY_PER_INNER_MACHINE_MIB, 0);
  return BASE_MEMORY_MIB + functions * MEMORY_PER_FUNCTION_MIB + forInside;
}

const FIRST_SUBNET = 64;

/** So many networks have a subnet without one being written: 10.255.0.0/16 is the last. */
export const DEFAULT_SUBNETS = 256 - FIRST_SUBNET;

/**
 * The subnet of the network at a place among the networks: 10.64.0.0/16, the next one 10.65.0.0/16 and so on. There are DEFAULT_SUBNETS; a
 * rule refuses a network after that which needs one.
 */
export function defaultSubnet(index: number): string {
  return `10.${FIRST_SUBNET + (index % DEFAULT_SUBNETS)}.0.0/16`;
}
