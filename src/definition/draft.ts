import type {
  BusType,
  DeviceProperties,
  DiskSource,
  Expectation,
  FunctionOrder,
  Server,
  VhostUse,
} from '../model/lab.js';
import type { VfProvider } from '../model/kubernetes.js';
import type { MachineSettings } from '../model/machine-settings.js';
import type { Path } from './path.js';

/**
 * A definition between what a person wrote and the resolved lab: the shorthands are taken apart, everything has its name, and each
 * part knows where it was written. Its parts may still contradict each other; the rules say so.
 */
export interface Draft {
  readonly name: string;
  readonly summary: string;
  readonly takesSeconds: number | null;
  readonly expect: Expectation;
  readonly networks: readonly DraftNetwork[];
  readonly peers: readonly DraftPeer[];
  readonly images: readonly DraftImage[];
  readonly machines: readonly DraftMachine[];
  readonly checks: readonly DraftCheck[];
  readonly bench: DraftBench | null;
  readonly kubernetes: DraftKubernetes | null;
  /** This computer in the place of a machine (real-server.ts); null in a definition as it is written. */
  readonly server: DraftServer | null;
}

export type DraftServer = Omit<Server, 'checksLeftOut'>;

/** Something that is written in the file. */
export interface Part {
  readonly path: Path;
}

/** A part with settings. */
export interface Mapping extends Part {
  /** The settings that are written, not filled in. */
  readonly keys: readonly string[];
}

export interface DraftNetwork extends Mapping {
  readonly name: string;
  readonly on: string | null;
  readonly uplink: string | null;
  readonly subnet: string;
  /** Null: what holds where it leads to. */
  readonly mtu: number | null;
  readonly vlans: readonly number[];
}

export interface DraftPeer extends Mapping {
  readonly name: string;
  readonly network: string;
  /** Null: the next free one. */
  readonly address: string | null;
  readonly vlan: number | null;
}

export interface DraftImage extends Mapping {
  readonly name: string;
  /** The name of a base, or what is shown of a disk. */
  readonly base: string;
  /** Where the disk is; null for a base that has a name. */
  readonly source: DiskSource | null;
  readonly components: readonly DraftComponent[];
}

export interface DraftComponent extends Part {
  readonly component: string;
  readonly version: string | null;
}

export interface DraftMachine extends Mapping {
  readonly name: string;
  readonly on: string | null;
  /** Null: what suits it. */
  readonly image: string | null;
  /** Null: what it needs. */
  readonly memoryMiB: number | null;
  /** Null: if vDPA devices are made of its functions. */
  readonly iommu: boolean | null;
  readonly settings: MachineSettings;
  readonly buses: readonly DraftBus[];
  readonly nics: readonly DraftNic[];
}

export interface DraftBus extends Part {
  readonly name: string;
  readonly type: Exclude<BusType, 'root-bus'>;
}

export interface DraftNic extends Mapping {
  readonly name: string;
  readonly machine: string;
  /** As it is written: a rule refuses an unknown model. */
  readonly model: string;
  readonly order: FunctionOrder;
  readonly sizeMiB: number;
  readonly bus: string | null;
  readonly addr: Addr | null;
  readonly backend: DraftBackend | null;
  readonly properties: DeviceProperties;
  /** All its functions: the PF or the functions of a multifunction device, then the VFs. */
  readonly functions: readonly DraftFunction[];
}

/** DEVICE.FUNCTION; YAML reads some of them as numbers. */
export type Addr = string | number;

/** A function of a NIC, with what the NIC sets for it filled in. Its path is the NIC's if it is only counted there. */
export interface DraftFunction extends Mapping {
  readonly kind: 'pf' | 'vf' | 'function';
  readonly name: string;
  /** `nic` for a PF, otherwise `nic.name`. */
  readonly id: string;
  readonly machine: string;
  readonly model: string;
  readonly mac: string | null;
  /** Null: what holds on its network. */
  readonly mtu: number | null;
  readonly queues: number;
  readonly vectors: number | null;
  readonly bus: string | null;
  readonly addr: Addr | null;
  readonly properties: DeviceProperties;
  /** The PF that a VF names. */
  readonly pf: string | null;
  /** Its own, or its NIC's: the path tells. */
  readonly backend: DraftBackend | null;
}

export type DraftBackend = Part & (DraftUser | DraftTap | DraftVdpa);

interface DraftUser {
  readonly type: 'user';
}

interface DraftTap {
  readonly type: 'tap';
  readonly network: string;
  readonly vlan: number | null;
  readonly vhost: VhostUse;
}

interface DraftVdpa {
  readonly type: 'vdpa';
  /** A function of the machine around this one; null for a character device. */
  readonly of: string | null;
  /** A character device of this computer; null for one that is made of a function. */
  readonly device: string | null;
}

/** One entry of `checks`. */
export interface DraftCheck extends Part {
  readonly name: string;
  readonly machine: string | null;
  readonly values: Readonly<Record<string, number | string>>;
}

export interface DraftBench extends Mapping {
  readonly machine: string;
  readonly peer: string;
  readonly offload: string;
  readonly software: string;
  /** Null: the one that containers get unless they are pods, which have the cluster's. */
  readonly containerSubnet: string | null;
}

export interface DraftKubernetes extends Mapping {
  readonly version: string;
  /** A peer or a machine, by its name. */
  readonly controlPlane: string;
  readonly nodes: readonly DraftNode[];
  readonly pods: string;
  readonly vfs: VfProvider;
  readonly vlans: readonly DraftVfVlan[];
}

/** One entry of `vlans`. */
export interface DraftVfVlan extends Part {
  readonly nic: string;
  readonly vlan: number;
}

/** One entry of `nodes`. */
export interface DraftNode extends Part {
  readonly machine: string;
}
