import { basename, dirname } from 'node:path';
import { checkParameters } from '../checks/names.js';
import { DEFAULT_NIC_MODEL } from '../devices/catalog.js';
import type {
  BackendFile,
  CheckFile,
  FunctionFile,
  LabFile,
  MachineFile,
  NicFile,
} from '../model/lab-file.js';
import {
  functionsOf,
  type Backend,
  type CheckRequest,
  type Lab,
  type Machine,
  type Network,
  type Nic,
  type NicFunction,
  type Peer,
} from '../model/lab.js';
import { AddressPool } from './addresses.js';
import { DEFAULT_CPUS, DEFAULT_IMAGE, DEFAULT_MTU, defaultMemoryMiB, subnetOf } from './defaults.js';
import { InterfaceNames } from './interface-names.js';
import { MacPool } from './macs.js';

const MIB_PER_UNIT = { M: 1, G: 1024 } as const;
const FUNCTIONS_PER_DEVICE = 8;

interface Naming {
  readonly macs: MacPool;
  readonly interfaces: InterfaceNames;
  readonly addresses: ReadonlyMap<string, AddressPool>;
}

/** A lab without a name is called as its folder is, or its file when it stands in no folder of its own. */
function nameFromFile(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, '');
  const name = (stem === 'lab' ? basename(dirname(file)) : stem).toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return /^[a-z]/.test(name) ? name.slice(0, 40) : `lab-${name}`.slice(0, 40);
}

function resolveNetworks(file: LabFile, interfaces: InterfaceNames): Network[] {
  return Object.entries(file.networks ?? {}).map(([name, network], index) => ({
    name,
    bridge: interfaces.take(name),
    subnet: subnetOf(network, index),
    mtu: network?.mtu ?? DEFAULT_MTU,
  }));
}

function poolOf(naming: Naming, network: string): AddressPool {
  const pool = naming.addresses.get(network);
  if (pool === undefined) throw new Error(`no network ${network}`);
  return pool;
}

/** Those who chose their address come first, so that nobody else is given it. */
function resolvePeers(file: LabFile, naming: Naming): Peer[] {
  const peers = Object.entries(file.peers ?? {});
  const chosen = new Map(
    peers.flatMap(([name, peer]) =>
      peer.address === undefined ? [] : [[name, poolOf(naming, peer.network).reserve(peer.address)] as const],
    ),
  );
  return peers.map(([name, peer]) => ({
    name,
    network: peer.network,
    address: chosen.get(name) ?? poolOf(naming, peer.network).next('peer'),
    mac: naming.macs.take(`peer ${name}`, undefined),
    bridgePort: naming.interfaces.take(name),
  }));
}

function resolveBackend(backend: BackendFile, owner: string, naming: Naming): Backend {
  if (typeof backend === 'object' && 'tap' in backend) {
    return { type: 'tap', network: backend.tap, ifname: naming.interfaces.take(owner) };
  }
  return { type: 'user' };
}

interface FunctionPlace {
  readonly machine: string;
  readonly id: string;
  readonly bus: number;
  readonly number: number;
}

/** `addr` of a function: past the eighth, ARI counts on through the device numbers. */
function addressText(number: number): string {
  return `${Math.floor(number / FUNCTIONS_PER_DEVICE).toString(16)}.${number % FUNCTIONS_PER_DEVICE}`;
}

function bdfText(bus: number, number: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `0000:${hex(bus)}:${hex(Math.floor(number / FUNCTIONS_PER_DEVICE))}.${number % FUNCTIONS_PER_DEVICE}`;
}

function resolveFunction(
  written: FunctionFile,
  nic: NicFile,
  place: FunctionPlace,
  networks: readonly Network[],
  naming: Naming,
): NicFunction {
  const owner = `${place.machine}-${place.id}`;
  const backend = resolveBackend(written.backend ?? nic.backend, owner, naming);
  const network = backend.type === 'tap' ? networks.find(({ name }) => name === backend.network) : undefined;
  return {
    id: place.id,
    bdf: bdfText(place.bus, place.number),
    addr: addressText(place.number),
    mac: naming.macs.take(owner, written.mac),
    address: network === undefined ? null : poolOf(naming, network.name).next('function'),
    mtu: written.mtu ?? nic.mtu ?? network?.mtu ?? DEFAULT_MTU,
    backend,
  };
}

function resolveNic(
  name: string,
  nic: NicFile,
  machine: string,
  index: number,
  networks: readonly Network[],
  naming: Naming,
): Nic {
  const bus = index + 1;
  const vfs =
    typeof nic.vfs === 'object' ? nic.vfs : Array.from({ length: nic.vfs ?? 0 }, (): FunctionFile => ({}));
  const at = (id: string, number: number): FunctionPlace => ({ machine, id, bus, number });
  return {
    name,
    model: nic.model ?? DEFAULT_NIC_MODEL,
    rootPort: { id: `port-${name}`, slot: index + 1, chassis: index + 1, bus },
    pf: resolveFunction({ mac: nic.mac }, nic, at(name, 0), networks, naming),
    vfs: vfs.map((vf, vfIndex) =>
      resolveFunction(vf, nic, at(`${name}.vf${vfIndex}`, vfIndex + 1), networks, naming),
    ),
  };
}

const SECONDS_PER_UNIT = { s: 1, m: 60 } as const;

function seconds(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS_PER_UNIT[text.slice(-1) as keyof typeof SECONDS_PER_UNIT];
}

function memoryMiB(text: string): number {
  return Number(text.slice(0, -1)) * MIB_PER_UNIT[text.slice(-1) as keyof typeof MIB_PER_UNIT];
}

function resolveMachine(
  name: string,
  machine: MachineFile,
  networks: readonly Network[],
  naming: Naming,
): Machine {
  const nics = Object.entries(machine.nics ?? {}).map(([nic, written], index) =>
    resolveNic(nic, written, name, index, networks, naming),
  );
  return {
    name,
    image: machine.image ?? DEFAULT_IMAGE,
    cpus: machine.cpus ?? DEFAULT_CPUS,
    memoryMiB:
      machine.memory === undefined
        ? defaultMemoryMiB(nics.flatMap(functionsOf).length)
        : memoryMiB(machine.memory),
    kernelArguments: machine.kernelArguments ?? [],
    nics,
  };
}

/** A check asked for without a machine runs on each NIC with VFs. */
function resolveCheck(written: CheckFile, machines: readonly Machine[]): CheckRequest[] {
  const [check, parameters] =
    typeof written === 'string' ? [written, {}] : (Object.entries(written)[0] ?? ['', {}]);
  const { machine: wanted, ...values } = parameters ?? {};
  const defaults = Object.entries(checkParameters[check] ?? {}).map(
    ([key, range]) => [key, range.default] as const,
  );
  return machines
    .filter(({ name }) => wanted === undefined || wanted === name)
    .flatMap((machine) =>
      machine.nics
        .filter(({ vfs }) => vfs.length > 0)
        .map((nic) => ({
          check,
          machine: machine.name,
          nic: nic.name,
          parameters: { ...Object.fromEntries(defaults), ...(values as Record<string, number>) },
        })),
    );
}

/**
 * Fills in everything that a valid definition leaves open, the same way every time: names, PCI addresses, MACs and IPs.
 * `file` is where the definition stands.
 */
export function resolveLab(written: LabFile, file: string): Lab {
  const name = written.name ?? nameFromFile(file);
  const interfaces = new InterfaceNames();
  const networks = resolveNetworks(written, interfaces);
  const naming: Naming = {
    interfaces,
    macs: new MacPool(name, written),
    addresses: new Map(networks.map((network) => [network.name, new AddressPool(network.subnet)])),
  };
  const peers = resolvePeers(written, naming);
  const machines = Object.entries(written.machines).map(([machine, text]) =>
    resolveMachine(machine, text, networks, naming),
  );
  return deepFreeze({
    name,
    summary: written.summary ?? '',
    takesSeconds: written.takes === undefined ? null : seconds(written.takes),
    networks,
    peers,
    machines,
    checks: (written.checks ?? []).flatMap((check) => resolveCheck(check, machines)),
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
