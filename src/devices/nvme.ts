import type { Nic } from '../model/lab.js';
import type { NicModel } from './nic-model.js';
import type { QemuOption } from './qemu-option.js';

/** What a secondary controller needs: the admin queue and one for I/O, and a vector for both. */
export const NVME_VF_QUEUES = 2;
export const NVME_VF_VECTORS = 1;
/** What the PF keeps for itself. */
const PF_IO_QUEUES = 2;
const PF_VECTORS = 2;

/** QEMU's id of the drive, by which query-blockstats names it. */
export function nvmeDriveId(nic: Nic): string {
  return `disk-${nic.name}`;
}

function subsystemId(nic: Nic): string {
  return `subsys-${nic.name}`;
}

/** Resources that the PF can hand out to its VFs, enough for each (docs/system/devices/nvme.rst, hw/nvme/ctrl.c). */
function flexibleResources(vfs: number): Record<string, number> {
  if (vfs === 0) return {};
  return {
    sriov_max_vfs: vfs,
    max_ioqpairs: PF_IO_QUEUES + vfs * NVME_VF_QUEUES,
    sriov_vq_flexible: vfs * NVME_VF_QUEUES,
    msix_qsize: PF_VECTORS + vfs * NVME_VF_VECTORS,
    sriov_vi_flexible: vfs * NVME_VF_VECTORS,
  };
}

/**
 * Blocks that are zero until written. What is written goes to an overlay that QEMU has unlinked as soon as it is open, so that it
 * needs no file of the lab's and leaves none.
 */
function drive(nic: Nic): QemuOption {
  return {
    option: '-drive',
    argument: {
      driver: 'if=none',
      properties: {
        id: nvmeDriveId(nic),
        driver: 'null-co',
        size: `${nic.sizeMiB ?? 0}M`,
        'read-zeroes': true,
        snapshot: true,
      },
    },
  };
}

/** An NVMe controller whose VFs are secondary controllers of its subsystem; one namespace is shared by all of them. */
export const nvme: NicModel = {
  name: 'nvme',
  summary: 'NVMe storage with fixed SR-IOV: its VFs are secondary controllers that share its namespace',
  kind: 'storage',
  qemuDriver: 'nvme',
  vfs: 'fixed',
  maxVfs: 127,
  vfSetup: 'online-by-pf',
  maxFunctions: 1,
  vfPlacement: { first: 1, stride: 1 },
  backends: [],
  pfKeys: ['bus', 'addr', 'properties'],
  functionKeys: [],
  kernelFlavour: 'generic',
  // Otherwise Linux makes one block device of the namespace, and chooses the controller for each transfer by itself.
  kernelArguments: ['nvme_core.multipath=N'],
  guestModules: ['nvme'],
  guestPrograms: ['usr/sbin/nvme'],
  pfDriver: 'nvme',
  vfDriver: 'nvme',
  backing: (_, nic) => [
    { option: '-device', argument: { driver: 'nvme-subsys', properties: { id: subsystemId(nic) } } },
    drive(nic),
  ],
  device: (_, nic) => ({
    driver: 'nvme',
    properties: { subsys: subsystemId(nic), serial: nic.name, ...flexibleResources(nic.vfs.length) },
  }),
  completion: (nic) => [
    {
      option: '-device',
      argument: { driver: 'nvme-ns', properties: { drive: nvmeDriveId(nic), bus: nic.pf.id, nsid: 1 } },
    },
  ],
};
