import type { Expectation, FunctionOrder, VhostUse } from './lab.js';

/** The definition as written: optional fields and shorthands. Nothing after `resolve` looks at it. */
export interface LabFile {
  readonly name?: string | undefined;
  readonly summary?: string | undefined;
  readonly takes?: string | undefined;
  readonly expect?: Expectation | undefined;
  readonly networks?: Readonly<Record<string, NetworkFile | null>> | undefined;
  readonly peers?: Readonly<Record<string, PeerFile>> | undefined;
  readonly images?: Readonly<Record<string, ImageFile>> | undefined;
  readonly machines: Readonly<Record<string, MachineFile>>;
  readonly checks?: readonly CheckFile[] | undefined;
  readonly bench?: BenchFile | undefined;
}

export interface NetworkFile {
  readonly on?: string | undefined;
  readonly uplink?: string | undefined;
  readonly subnet?: string | undefined;
  readonly mtu?: number | undefined;
  readonly vlans?: readonly number[] | undefined;
}

export interface PeerFile {
  readonly network: string;
  readonly address?: string | undefined;
  readonly vlan?: number | undefined;
}

export interface MachineFile {
  readonly on?: string | undefined;
  readonly image?: string | undefined;
  readonly cpus?: number | undefined;
  readonly memory?: string | undefined;
  readonly kernelArguments?: readonly string[] | undefined;
  readonly iommu?: boolean | undefined;
  readonly buses?: Readonly<Record<string, BusFile>> | undefined;
  readonly nics?: Readonly<Record<string, NicFile>> | undefined;
}

/** An image of the definition's own. */
export interface ImageFile {
  readonly base: string;
  readonly components?: readonly ComponentFile[] | undefined;
}

/** `cni-plugins`, or `cni-plugins: 1.9.1`. */
export type ComponentFile = string | Readonly<Record<string, string | number>>;

export type BusFile = 'root-port' | 'pci-bridge';

/** DEVICE.FUNCTION; YAML reads some of them as numbers. */
export type AddrFile = string | number;

/** What every function may set. */
export interface FunctionSettings {
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  readonly queues?: number | undefined;
  readonly vectors?: number | undefined;
  readonly bus?: string | undefined;
  readonly addr?: AddrFile | undefined;
  readonly properties?: PropertiesFile | undefined;
}

export type PropertiesFile = Readonly<Record<string, string | number | boolean>>;

export interface NicFile extends FunctionSettings {
  readonly model?: string | undefined;
  readonly backend?: BackendFile | undefined;
  readonly order?: FunctionOrder | undefined;
  readonly size?: string | undefined;
  readonly vfs?: FunctionsFile | undefined;
  readonly functions?: FunctionsFile | undefined;
}

/** Their number, or the settings of each: in a list, or by name. */
export type FunctionsFile = number | readonly FunctionFile[] | Readonly<Record<string, FunctionFile | null>>;

export interface FunctionFile extends FunctionSettings {
  readonly backend?: BackendFile | undefined;
  readonly model?: string | undefined;
  readonly pf?: string | undefined;
}

export interface TapFile {
  readonly tap: string;
  readonly vlan?: number | undefined;
  readonly vhost?: VhostUse | undefined;
}

export type BackendFile =
  'user' | { readonly user: Record<string, never> | null } | TapFile | { readonly vdpa: string };

/** Which functions of a machine `lab bench` compares; `NIC` or `NIC.VF` each. */
export interface BenchFile {
  readonly machine: string;
  readonly peer: string;
  readonly offload: string;
  readonly software: string;
  readonly containerSubnet?: string | undefined;
}

/** `vf-creation`, or `traffic: { count: 50 }`. */
export type CheckFile = string | Readonly<Record<string, Readonly<Record<string, number | string>> | null>>;
