import type { Backend, Nic, NicFunction } from '../model/lab.js';
import type { KernelFlavour } from '../toolchain/types.js';
import type { BackendFacts } from './backends.js';
import type { DeviceArgument, QemuOption } from './qemu-option.js';

/** What a definition may set for a function; a model says which of it has a meaning for its own. */
export type FunctionKey =
  'mac' | 'mtu' | 'queues' | 'vectors' | 'bus' | 'addr' | 'properties' | 'backend' | 'model' | 'pf';

/** `macs-by-pf`: the PF's driver gives each VF its MAC; `online-by-pf`: the PF gives it queues and a vector and sets it online. */
export type VfSetup = 'macs-by-pf' | 'online-by-pf';

/** A kind of PCI device with functions: what it allows, and what it renders to. One file each; `catalog.ts` lists them. */
export interface NicModel {
  readonly name: string;
  /** One line for help and lists. */
  readonly summary: string;
  readonly kind: 'network' | 'storage';
  /** The name of the device in QEMU. */
  readonly qemuDriver: string;
  /** Where VFs come from. `composed`: each is a device of its own that names its PF; `fixed`: the device makes them by itself. */
  readonly vfs: 'composed' | 'fixed' | 'none';
  readonly maxVfs: number;
  /** How many VFs the guest sees offered, whatever the lab uses of them; undefined: as many as the lab has. */
  readonly offeredVfs?: number;
  /** What the guest has to do between the making of VFs and the coming of their drivers; undefined: nothing. */
  readonly vfSetup?: VfSetup;
  /** Functions of a conventional multifunction device; 1 for all others. */
  readonly maxFunctions: number;
  /** Where a fixed VF is: `first` functions after the PF, and each `stride` after the one before. */
  readonly vfPlacement: { readonly first: number; readonly stride: number };
  /** The CNI plugin that gives one of its VFs to a container; undefined: `host-device`, which moves any netdev. */
  readonly vfPlugin?: 'sriov' | 'sriov-virtio';
  /** Whether the PF can put a VF on a VLAN, which the VF's holder neither sees nor can change. */
  readonly vfVlans?: boolean;
  /** Whether its links are negotiated as a real card's are, and need seconds to come up. */
  readonly slowLink?: boolean;
  /** What its packets can be given to. */
  readonly backends: readonly Backend['type'][];
  /** What a PF may set beside its model. */
  readonly pfKeys: readonly FunctionKey[];
  /** What a VF, or a further function, may set. */
  readonly functionKeys: readonly FunctionKey[];
  /** The smallest of Debian's kernels that has its drivers. */
  readonly kernelFlavour: KernelFlavour;
  /** Added to the guest kernel's command line. */
  readonly kernelArguments?: readonly string[];
  /** Kernel modules that the guest needs for its functions. */
  readonly guestModules: readonly string[];
  /** Programs that its checks need in the guest, by their paths in the toolchain's tree of this kernel flavour. */
  readonly guestPrograms?: readonly string[];
  /** The driver that the guest binds to the PF, as /sys/bus/pci/devices/BDF/driver names it. */
  readonly pfDriver: string;
  /** The driver that the guest binds to a VF. */
  readonly vfDriver: string;
  /** What stands behind a function and has to be there before its device: its `-netdev`, its drive. */
  backing(pciFunction: NicFunction, nic: Nic, facts: BackendFacts): QemuOption[];
  /** The device of a function; nic-options.ts adds its id, its place and its PF. */
  device(pciFunction: NicFunction, nic: Nic): DeviceArgument;
  /** What is plugged into the NIC itself and has to come after its devices. */
  completion?(nic: Nic): QemuOption[];
}
