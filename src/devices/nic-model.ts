import type { Nic } from '../model/lab.js';

/** One `-device`: its driver, then its properties in the order in which they are written. */
export interface DeviceArgument {
  readonly driver: string;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** A kind of NIC: what it allows, and what it renders to. One file each; `catalog.ts` lists them. */
export interface NicModel {
  readonly name: string;
  /** One line for help and lists. */
  readonly summary: string;
  readonly maxVfs: number;
  /** Kernel modules that the guest needs for its functions. */
  readonly guestModules: readonly string[];
  /** The driver that the guest binds to a VF, as /sys/bus/pci/devices/BDF/driver names it. */
  readonly vfDriver: string;
  /** The devices of a NIC behind its root port, in the order that QEMU needs. */
  devices(nic: Nic): DeviceArgument[];
}
