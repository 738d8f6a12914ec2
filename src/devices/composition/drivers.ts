import type { ComposedDevice } from './composition.js';

/** What QEMU 11.1 makes of a device, as far as SR-IOV goes. Measured; test/parity asks QEMU again. */
interface Driver {
  /** `virtio`: PCI Express behind a root port, with the modern interface; `always`: wherever it is. */
  readonly express: 'virtio' | 'always';
  /** Whether it may name a PF in `sriov-pf`: yes, no, or QEMU crashes on it. */
  readonly asVf: 'yes' | 'no' | 'crash';
  /** Whether VFs may name it as their PF. */
  readonly takesVfs: boolean;
  /** The VFs that it makes by itself: `first` after it, each `stride` after the one before. */
  readonly ownVfs?: (device: ComposedDevice) => OwnVfs;
}

export interface OwnVfs {
  readonly total: number;
  readonly first: number;
  readonly stride: number;
}

const IGB_VFS: OwnVfs = { total: 8, first: 0x80, stride: 2 };

const drivers: Readonly<Record<string, Driver>> = {
  'virtio-net-pci': { express: 'virtio', asVf: 'yes', takesVfs: true },
  'virtio-net-pci-transitional': { express: 'virtio', asVf: 'yes', takesVfs: true },
  'virtio-net-pci-non-transitional': { express: 'virtio', asVf: 'yes', takesVfs: true },
  'virtio-serial-pci': { express: 'virtio', asVf: 'no', takesVfs: true },
  'virtio-rng-pci': { express: 'virtio', asVf: 'no', takesVfs: true },
  'virtio-blk-pci': { express: 'virtio', asVf: 'no', takesVfs: true },
  e1000e: { express: 'always', asVf: 'no', takesVfs: false },
  igb: { express: 'always', asVf: 'no', takesVfs: false, ownVfs: () => IGB_VFS },
  nvme: {
    express: 'always',
    asVf: 'crash',
    takesVfs: false,
    ownVfs: ({ properties }) => ({ total: Number(properties['sriov_max_vfs'] ?? 0), first: 1, stride: 1 }),
  },
};

/** A device that is not in the table: no VF, no PF. */
const other: Driver = { express: 'always', asVf: 'no', takesVfs: false };

export function driverOf(device: ComposedDevice): Driver {
  return drivers[device.driver] ?? other;
}

/** The VFs that a device makes by itself; undefined if it makes none. */
export function ownVfsOf(device: ComposedDevice): OwnVfs | undefined {
  const own = driverOf(device).ownVfs?.(device);
  return own === undefined || own.total === 0 ? undefined : own;
}

export function ownVfNumbers(device: ComposedDevice): number[] {
  const own = ownVfsOf(device);
  if (own === undefined) return [];
  return Array.from({ length: own.total }, (_, index) => device.number + own.first + index * own.stride);
}

/** Whether a property of QEMU's is on: as a definition, or as QEMU's command line, has it. */
export function isOn(value: string | number | boolean | undefined): boolean {
  return value === true || ['on', 'yes', 'true', 'y'].includes(String(value));
}

export function isOff(value: string | number | boolean | undefined): boolean {
  return value === false || ['off', 'no', 'false', 'n'].includes(String(value));
}
