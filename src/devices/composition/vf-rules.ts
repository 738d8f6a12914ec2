import { nameOf, type ComposedDevice, type Refusal } from './composition.js';
import { driverOf, ownVfsOf } from './drivers.js';
import { isExpress } from './express.js';
import type { MachineInProgress } from './machine.js';

/** QEMU's own word for a crash: there is none. */
const CRASH = 'QEMU crashed';

export function vfCrashesQemu(device: ComposedDevice): Refusal | undefined {
  if (device.sriovPf === null || driverOf(device).asVf !== 'crash') return undefined;
  return vfModel(device, CRASH);
}

/** A device that makes VFs by itself cannot be a VF. QEMU finds out while it makes it. */
export function pfIsAVf(device: ComposedDevice): Refusal | undefined {
  if (device.sriovPf === null || ownVfsOf(device) === undefined) return undefined;
  return {
    rule: 'pf-is-a-vf',
    message: `${nameOf(device)} names a PF, but ${device.driver} is a PF itself`,
    hint: 'a VF of a composed PF is a virtio-net',
    qemu: 'a device cannot be a SR-IOV PF and a VF at the same time',
  };
}

/** What QEMU asks of a VF once it is made, in QEMU's order. */
export function vfRegisters(device: ComposedDevice, machine: MachineInProgress): Refusal | undefined {
  const { sriovPf } = device;
  const bus = machine.bus(device.bus);
  if (sriovPf === null || bus === undefined) return undefined;
  if (driverOf(device).asVf !== 'yes')
    return vfModel(device, 'user cannot create SR-IOV VF with this device type');
  if (!isExpress(device, bus)) {
    return {
      rule: 'vf-needs-pcie',
      message: `${nameOf(device)} is a VF, but ${whyConventional(device, bus.type)}`,
      hint: 'put the VF and its PF behind a PCIe root port',
      qemu: 'PCI Express is required for SR-IOV VF',
    };
  }
  if (machine.has(sriovPf) || sriovPf === device.id) return pfBeforeVf(device, sriovPf);
  return undefined;
}

function whyConventional({ driver, bus }: ComposedDevice, type: string): string {
  if (type === 'root-port') return `${driver} without the modern interface is no PCI Express device`;
  return type === 'pci-bridge'
    ? `${bus} is a conventional PCI bus`
    : `on the root bus ${driver} is a conventional PCI device`;
}

function vfModel(device: ComposedDevice, qemu: string): Refusal {
  return {
    rule: 'vf-model',
    message:
      qemu === CRASH
        ? `${device.driver} cannot be a VF; QEMU crashes on that`
        : `${device.driver} cannot be a VF of another device`,
    hint: 'only virtio-net can',
    qemu,
  };
}

function pfBeforeVf(device: ComposedDevice, pf: string): Refusal {
  return {
    rule: 'pf-before-vfs',
    message:
      pf === device.id
        ? `${nameOf(device)} names itself as its PF`
        : `${nameOf(device)} names ${pf} as its PF, which QEMU has made by then`,
    hint: 'the PF is a device of its own, and comes after all of its VFs',
    qemu: 'PCI device specified as SR-IOV PF already exists',
  };
}
