import type { Bench } from './bench.js';
import type { Kubernetes } from './kubernetes.js';
import type { MachineSettings } from './machine-settings.js';

/** The resolved definition: nothing optional, everything named. What every step after `resolve` works from. */
export interface Lab {
  readonly name: string;
  /** One line that says what the lab shows. */
  readonly summary: string;
  /** About how long `lab test` takes under emulation; null when the definition does not say. */
  readonly takesSeconds: number | null;
  /** What QEMU makes of it: `refused` labs are compositions that it must not accept. */
  readonly expect: Expectation;
  /** What its machines boot that is made of layers; `micro` is not. */
  readonly images: readonly Image[];
  readonly networks: readonly Network[];
  readonly peers: readonly Peer[];
  readonly machines: readonly Machine[];
  readonly checks: readonly CheckRequest[];
  /** What `lab bench` compares; null when the definition does not say. */
  readonly bench: Bench | null;
  /** The cluster that runs in it; null when the definition does not say. */
  readonly kubernetes: Kubernetes | null;
  /** This computer in the place of a machine (`--server local`); null: it only runs the lab. */
  readonly server: Server | null;
}

/**
 * This computer in the place of a machine that others run on. That machine is not in the lab, and what ran on it runs here. The
 * networks outside are real ones, so the lab has no networks and no peers.
 */
export interface Server {
  /** The name of the machine. */
  readonly name: string;
  readonly pfs: readonly RealPf[];
  /** Checks of the definition that need the lab's own networks or peers: `vdpa-path on guest`. */
  readonly checksLeftOut: readonly string[];
}

/** A PF of this computer, in place of a NIC of the machine. */
export interface RealPf {
  readonly nic: string;
  readonly bdf: string;
  /** Null: as it is. */
  readonly eswitch: EswitchMode | null;
  /** The names of its VFs, by their numbers. */
  readonly vfs: readonly string[];
}

/** How the L2 switch of a SmartNIC is run: `switchdev` has a representor for each VF, `legacy` switches by itself. */
export type EswitchMode = 'legacy' | 'switchdev';

export type Expectation = 'works' | 'refused';

/** A base, and layers of components on it, from the bottom up. The components of one layer are put in together. */
export interface Image {
  readonly name: string;
  /** The name of a base; for a disk of the definition's own what is shown of it. */
  readonly base: string;
  /** Where a disk of the definition's own is; null: the base is one of lab's. */
  readonly source: DiskSource | null;
  readonly layers: readonly (readonly ImageComponent[])[];
}

/** A disk (qcow2) that an image is built on: a file of this computer, or one that is fetched. */
export type DiskSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'download'; readonly url: string; readonly sha256: string };

export interface ImageComponent {
  readonly component: string;
  /** Null: the pinned one, or whatever the distribution has. */
  readonly version: string | null;
}

/** An L2 segment: a Linux bridge in the lab's namespace, or inside a machine. */
export interface Network {
  readonly name: string;
  /** The machine that its bridge is inside of; null: this computer. */
  readonly on: string | null;
  /** Id of the function of that machine by which it leads to the network outside; null when it leads nowhere. */
  readonly uplink: string | null;
  readonly bridge: string;
  /** IPv4 in CIDR notation, the network's own address. */
  readonly subnet: string;
  /** Bytes. */
  readonly mtu: number;
  /** With VLANs the bridge keeps them apart, and each of its ports is an access port of one; empty: a plain bridge. */
  readonly vlans: readonly number[];
}

/** A host outside the machines, in a network namespace of its own: the talk's external server. */
export interface Peer {
  readonly name: string;
  readonly network: string;
  /** IPv4 with prefix length. */
  readonly address: string;
  readonly mac: string;
  /** The VLAN of its port; null on a network without VLANs. */
  readonly vlan: number | null;
  /** The end of its veth pair that is on the bridge; the other end is `eth0` in the peer's namespace. */
  readonly bridgePort: string;
}

export interface Machine extends MachineSettings {
  readonly name: string;
  /** The machine that it runs inside; null: this computer. */
  readonly on: string | null;
  readonly image: string;
  /** Whether the image has a disk. */
  readonly disk: boolean;
  /** The machines inside it, at whatever depth, whose images have one: it hands the disks in. */
  readonly disksInside: readonly string[];
  readonly memoryMiB: number;
  /** Whether it has an IOMMU and its virtio functions are behind it, as vDPA made of them needs. */
  readonly iommu: boolean;
  /** The PCI buses that its functions are on, the root bus first. */
  readonly buses: readonly Bus[];
  readonly nics: readonly Nic[];
}

/** `root-bus`: q35's pcie.0; `root-port`: the bus behind a PCIe root port; `pci-bridge`: conventional PCI behind a bridge. */
export type BusType = 'root-bus' | 'root-port' | 'pci-bridge';

export interface Bus {
  /** QEMU's id, as `bus=` names it. */
  readonly id: string;
  readonly type: BusType;
  /** PCI device number, on the root bus, of the port or bridge that it is behind; 0 for the root bus itself. */
  readonly slot: number;
  /** The bus number that the guest's firmware gives to it. */
  readonly number: number;
}

/** A PCI device with its functions. */
export interface Nic {
  readonly name: string;
  readonly model: string;
  /** In which order QEMU is told of them; it wants the VFs first. */
  readonly order: FunctionOrder;
  /** Capacity of a storage device in MiB; null for a NIC. */
  readonly sizeMiB: number | null;
  /** The PF; function 0 of a device without SR-IOV. */
  readonly pf: NicFunction;
  readonly vfs: readonly NicFunction[];
  /** The further functions of a conventional multifunction device. */
  readonly siblings: readonly NicFunction[];
}

export type FunctionOrder = 'vfs-first' | 'pf-first';

export type DeviceProperties = Readonly<Record<string, string | number | boolean>>;

export interface NicFunction {
  /** As the checks call it: `pf0`, `vf2`, `fn1`, or the key that the definition gives it. */
  readonly name: string;
  /** `pf0` for a PF, `pf0.vf2` for a VF; also its QEMU id. */
  readonly id: string;
  readonly model: string;
  /** Id of the bus that it is on. */
  readonly bus: string;
  /** DEVICE * 8 + FUNCTION on its bus; with ARI the functions count on past 7. */
  readonly number: number;
  /** Domain:bus:device.function as the guest sees it. */
  readonly bdf: string;
  /** QEMU's `addr`: device.function on its bus. */
  readonly addr: string;
  /** Null for storage. */
  readonly mac: string | null;
  /** IPv4 with prefix length that the checks give it; null when its backend is on no network. */
  readonly address: string | null;
  /** Bytes. */
  readonly mtu: number;
  /** Pairs of a receive and a transmit queue. */
  readonly queues: number;
  /** MSI-X vectors; null: QEMU's default. */
  readonly vectors: number | null;
  /** Null for storage, and for a VF that shares its PF's. */
  readonly backend: Backend | null;
  /** Where its packets come out among the lab's networks, however many machines are in between; null when at none. */
  readonly segment: Segment | null;
  /** Whether its DMA goes through its machine's IOMMU. */
  readonly behindIommu: boolean;
  /** QEMU id of the PF that a composed VF names; null for a function that is no VF, or one that its PF makes by itself. */
  readonly sriovPf: string | null;
  /** Further properties of its QEMU device. */
  readonly properties: DeviceProperties;
}

export type Backend = UserBackend | TapBackend | VdpaBackend;

/** A network, or one VLAN of it: those who are on the same one can hear each other. */
export interface Segment {
  readonly network: string;
  readonly vlan: number | null;
}

/** QEMU's own user-mode network (slirp). */
export interface UserBackend {
  readonly type: 'user';
}

export type VhostUse = 'auto' | 'on' | 'off';

/** A tap interface on the bridge of a network. */
export interface TapBackend {
  readonly type: 'tap';
  readonly network: string;
  readonly ifname: string;
  /** The VLAN of its port; null on a network without VLANs. */
  readonly vlan: number | null;
  /** Whether the kernel's vhost-net moves the packets; `auto`: when it is there. */
  readonly vhost: VhostUse;
}

/** A vDPA device, by the character device that vhost-vdpa gives it. */
export interface VdpaBackend {
  readonly type: 'vdpa';
  /** Path of the character device: as the definition has it, or the link that the lab's folder holds. */
  readonly device: string;
  /** The function (`nic.vf`) of the machine around this one that it is made of; null for a given device. */
  readonly of: string | null;
}

/** A check on one NIC of one machine, or on the lab's cluster. */
export interface CheckRequest {
  readonly check: string;
  /** Null: on the whole cluster. */
  readonly on: CheckedPlace | null;
  readonly parameters: Readonly<Record<string, number>>;
  /** The parameters that are words. */
  readonly choices: Readonly<Record<string, string>>;
}

/** The NIC that a check looks at. */
export interface CheckedPlace {
  readonly machine: string;
  readonly nic: string;
}

export function functionsOf(nic: Nic): readonly NicFunction[] {
  return [nic.pf, ...nic.vfs, ...nic.siblings];
}

/** Where a function's packets go; null for storage. */
export function backendOf(nic: Nic, pciFunction: NicFunction): Backend | null {
  return pciFunction.backend ?? nic.pf.backend;
}

/** The machines that run directly on a machine, or on this computer for null. */
export function machinesOn(lab: Lab, on: string | null): readonly Machine[] {
  return lab.machines.filter((machine) => machine.on === on);
}

/** The machines that run inside a machine, at whatever depth, the nearest first. */
export function machinesInside(lab: Lab, machine: string): readonly Machine[] {
  const direct = machinesOn(lab, machine);
  return [...direct, ...direct.flatMap(({ name }) => machinesInside(lab, name))];
}

/** The machines around a machine, the outermost first. */
export function machinesAround(lab: Lab, machine: Machine): readonly Machine[] {
  if (machine.on === null) return [];
  const around = findByName(lab.machines, machine.on);
  return [...machinesAround(lab, around), around];
}

/** The function of a machine with that id, and its NIC. Throws when there is none. */
export function functionById(machine: Machine, id: string): { nic: Nic; pciFunction: NicFunction } {
  for (const nic of machine.nics) {
    const pciFunction = functionsOf(nic).find((one) => one.id === id);
    if (pciFunction !== undefined) return { nic, pciFunction };
  }
  throw new Error(`machine ${machine.name} has no function ${id}`);
}

/** An address without its prefix length. */
export function hostAddress(cidr: string): string {
  return cidr.slice(0, cidr.indexOf('/'));
}

export function findByName<T extends { readonly name: string }>(items: readonly T[], name: string): T {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${items.map((item) => item.name).join(', ')}`);
  return found;
}
