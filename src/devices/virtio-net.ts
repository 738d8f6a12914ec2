import { functionNetdev, netdevId } from './backends.js';
import type { FunctionKey, NicModel } from './nic-model.js';
import type { NicFunction } from '../model/lab.js';

const KEYS: readonly FunctionKey[] = [
  'mac',
  'mtu',
  'queues',
  'vectors',
  'bus',
  'addr',
  'backend',
  'properties',
];

/** A vector for each queue, and one each for the configuration and the control queue (virtio-net-pci's own rule). */
function vectorsFor({ queues, vectors }: NicFunction): { vectors?: number } {
  if (vectors !== null) return { vectors };
  return queues === 1 ? {} : { vectors: 2 * queues + 2 };
}

/** The properties of a virtio-net function. `romfile=` keeps the firmware from trying to boot from each NIC. */
export function virtioNetProperties(pciFunction: NicFunction): Record<string, string | number | boolean> {
  return {
    netdev: netdevId(pciFunction),
    ...(pciFunction.mac === null ? {} : { mac: pciFunction.mac }),
    romfile: '',
    ...(pciFunction.queues === 1 ? {} : { mq: true }),
    // DMA through the machine's IOMMU, as vDPA made of the function needs it.
    ...(pciFunction.behindIommu ? { iommu_platform: true, ats: true } : {}),
    ...vectorsFor(pciFunction),
  };
}

/**
 * Composable SR-IOV (QEMU's docs/system/sriov.rst): VFs are devices of their own that name their PF in `sriov-pf`,
 * and QEMU wants them before it.
 */
export const virtioNet: NicModel = {
  name: 'virtio-net',
  summary: 'virtio-net with composable SR-IOV: each VF is a device of its own, with a backend of its own',
  kind: 'network',
  qemuDriver: 'virtio-net-pci',
  vfs: 'composed',
  maxVfs: 255,
  maxFunctions: 1,
  vfPlacement: { first: 1, stride: 1 },
  vfPlugin: 'sriov-virtio',
  backends: ['user', 'tap', 'vdpa'],
  pfKeys: KEYS,
  functionKeys: [...KEYS, 'model', 'pf'],
  kernelFlavour: 'cloud',
  guestModules: ['virtio_pci', 'virtio_net'],
  pfDriver: 'virtio-pci',
  vfDriver: 'virtio-pci',
  backing: functionNetdev,
  device: (pciFunction) => ({ driver: 'virtio-net-pci', properties: virtioNetProperties(pciFunction) }),
};
