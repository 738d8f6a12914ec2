import type { NicFunction } from '../model/lab.js';
import type { DeviceArgument, NicModel } from './nic-model.js';

/** One function. `romfile=` keeps the firmware from trying to boot from each NIC. */
function virtioFunction(
  pciFunction: NicFunction,
  bus: string,
  more: DeviceArgument['properties'],
): DeviceArgument {
  return {
    driver: 'virtio-net-pci',
    properties: {
      id: pciFunction.id,
      bus,
      addr: pciFunction.addr,
      netdev: netdevId(pciFunction),
      mac: pciFunction.mac,
      romfile: '',
      ...more,
    },
  };
}

export function netdevId(pciFunction: NicFunction): string {
  return `net-${pciFunction.id}`;
}

/**
 * Composable SR-IOV (QEMU's docs/system/sriov.rst): VFs are devices of their own that name their PF in `sriov-pf`,
 * and QEMU wants them before it.
 */
export const virtioNet: NicModel = {
  name: 'virtio-net',
  summary: 'virtio-net with composable SR-IOV: each VF is a device of its own, with a backend of its own',
  maxVfs: 255,
  guestModules: ['virtio_pci', 'virtio_net'],
  vfDriver: 'virtio-pci',
  devices: (nic) => [
    ...nic.vfs.map((vf) => virtioFunction(vf, nic.rootPort.id, { 'sriov-pf': nic.pf.id })),
    virtioFunction(nic.pf, nic.rootPort.id, {}),
  ],
};
