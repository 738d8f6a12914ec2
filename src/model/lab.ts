/** The resolved definition: nothing optional, everything named. What every step after `resolve` works from. */
export interface Lab {
  readonly name: string;
  /** One line that says what the lab shows. */
  readonly summary: string;
  /** About how long `lab test` takes under emulation; null when the definition does not say. */
  readonly takesSeconds: number | null;
  readonly networks: readonly Network[];
  readonly peers: readonly Peer[];
  readonly machines: readonly Machine[];
  readonly checks: readonly CheckRequest[];
}

/** An L2 segment: a Linux bridge in the lab's namespace. */
export interface Network {
  readonly name: string;
  readonly bridge: string;
  /** IPv4 in CIDR notation, the network's own address. */
  readonly subnet: string;
  /** Bytes. */
  readonly mtu: number;
}

/** A host outside the machines, in a network namespace of its own: the talk's external server. */
export interface Peer {
  readonly name: string;
  readonly network: string;
  /** IPv4 with prefix length. */
  readonly address: string;
  readonly mac: string;
  /** The end of its veth pair that is on the bridge; the other end is `eth0` in the peer's namespace. */
  readonly bridgePort: string;
}

export interface Machine {
  readonly name: string;
  readonly image: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly kernelArguments: readonly string[];
  readonly nics: readonly Nic[];
}

/** A PCIe device with its functions behind a root port of its own. */
export interface Nic {
  readonly name: string;
  readonly model: string;
  readonly rootPort: RootPort;
  readonly pf: NicFunction;
  readonly vfs: readonly NicFunction[];
}

export interface RootPort {
  readonly id: string;
  /** PCI device number on the root bus. */
  readonly slot: number;
  readonly chassis: number;
  /** The bus number that the guest's firmware gives to the bus behind it. */
  readonly bus: number;
}

export interface NicFunction {
  /** `pf0` for a PF, `pf0.vf2` for a VF; also its QEMU id. */
  readonly id: string;
  /** Domain:bus:device.function as the guest sees it. */
  readonly bdf: string;
  /** QEMU's `addr`: device.function on its bus, the function counting past 7 with ARI. */
  readonly addr: string;
  readonly mac: string;
  /** IPv4 with prefix length that the checks give it; null when its backend is on no network. */
  readonly address: string | null;
  /** Bytes. */
  readonly mtu: number;
  readonly backend: Backend;
}

export type Backend = UserBackend | TapBackend;

/** QEMU's own user-mode network (slirp). */
export interface UserBackend {
  readonly type: 'user';
}

/** A tap interface on the bridge of a network. */
export interface TapBackend {
  readonly type: 'tap';
  readonly network: string;
  readonly ifname: string;
}

/** A check on one NIC of one machine. */
export interface CheckRequest {
  readonly check: string;
  readonly machine: string;
  readonly nic: string;
  readonly parameters: Readonly<Record<string, number>>;
}

export function functionsOf(nic: Nic): readonly NicFunction[] {
  return [nic.pf, ...nic.vfs];
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
