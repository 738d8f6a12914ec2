import { basename, dirname } from 'node:path';
import { checkParameters } from '../checks/names.js';
import { hasTarget, type CheckedNic } from '../checks/targets.js';
import { nicModel } from '../devices/catalog.js';
import type { CheckFile, LabFile, MachineFile } from '../model/lab-file.js';
import {
  backendOf,
  functionsOf,
  type CheckRequest,
  type Lab,
  type Machine,
  type Network,
  type Nic,
  type Peer,
} from '../model/lab.js';
import { AddressPool } from './addresses.js';
import { layOutBuses } from './buses.js';
import { DEFAULT_CPUS, DEFAULT_MTU, defaultImage, defaultMemoryMiB, subnetOf } from './defaults.js';
import { InterfaceNames } from './interface-names.js';
import { MacPool } from './macs.js';
import { Places } from './places.js';
import { resolveBench } from './resolve-bench.js';
import { resolveNic, type Naming } from './resolve-nic.js';
import { seconds, sizeMiB } from './units.js';
import { vdpaOf } from './written-backend.js';
import { writtenFunctions, writtenVfs } from './written-functions.js';
import { segmentBehind } from './written-segment.js';

/** A lab without a name is called as its folder is, or its file when it stands in no folder of its own. */
function nameFromFile(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, '');
  const name = (stem === 'lab' ? basename(dirname(file)) : stem).toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return /^[a-z]/.test(name) ? name.slice(0, 40) : `lab-${name}`.slice(0, 40);
}

function resolveNetworks(file: LabFile, interfaces: InterfaceNames): Network[] {
  return Object.entries(file.networks ?? {}).map(([name, network], index) => ({
    name,
    on: network?.on ?? null,
    uplink: network?.uplink ?? null,
    bridge: interfaces.take(name),
    subnet: subnetOf(network, index),
    mtu: network?.mtu ?? DEFAULT_MTU,
    vlans: network?.vlans ?? [],
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
    vlan: peer.vlan ?? null,
    bridgePort: naming.interfaces.take(name),
  }));
}

/** Functions of a machine that vDPA devices are made of need an IOMMU. */
function servesVdpa(file: LabFile, name: string): boolean {
  return Object.values(file.machines).some(
    ({ on, nics }) =>
      on === name &&
      Object.values(nics ?? {}).some((nic) =>
        [nic, ...[...writtenVfs(nic), ...writtenFunctions(nic)].map(({ written }) => written)].some(
          ({ backend }) => vdpaOf(backend) !== undefined,
        ),
      ),
  );
}

function machinesWrittenOn(file: LabFile, name: string): [string, MachineFile][] {
  return Object.entries(file.machines).filter(([, { on }]) => on === name);
}

/** The memory of a machine, in MiB: what is written, else enough for its functions and for what runs on it. */
export function memoryMiBOf(file: LabFile, name: string): number {
  const machine = file.machines[name];
  if (machine?.memory !== undefined) return sizeMiB(machine.memory);
  const nics = Object.values(machine?.nics ?? {});
  const functions = nics.flatMap((nic) => [nic, ...writtenVfs(nic), ...writtenFunctions(nic)]).length;
  const inside = machinesWrittenOn(file, name).map(([inner]) => memoryMiBOf(file, inner));
  return defaultMemoryMiB(functions, inside);
}

function resolveMachine(name: string, machine: MachineFile, file: LabFile, naming: Naming): Machine {
  const buses = layOutBuses(machine);
  const iommu = machine.iommu ?? servesVdpa(file, name);
  const slots = { machine: name, iommu, buses, places: new Places(buses) };
  const nics = Object.entries(machine.nics ?? {}).map(([nic, written]) =>
    resolveNic(nic, written, slots, naming),
  );
  return {
    name,
    on: machine.on ?? null,
    image: machine.image ?? defaultImage(machinesWrittenOn(file, name).length > 0),
    cpus: machine.cpus ?? DEFAULT_CPUS,
    memoryMiB: memoryMiBOf(file, name),
    kernelArguments: machine.kernelArguments ?? [],
    iommu,
    buses,
    nics,
  };
}

function checkedNic(nic: Nic): CheckedNic {
  return {
    storage: nicModel(nic.model).kind === 'storage',
    vfs: nic.vfs.length,
    ends: functionsOf(nic).flatMap((pciFunction) => {
      if (backendOf(nic, pciFunction)?.type === 'user') return [null];
      return pciFunction.segment === null ? [] : [pciFunction.segment];
    }),
  };
}

/** A check asked for without a machine runs on each NIC that it has something to see on. */
function resolveCheck(
  written: CheckFile,
  machines: readonly Machine[],
  peers: readonly Peer[],
): CheckRequest[] {
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
        .filter((nic) => hasTarget(check, checkedNic(nic), peers))
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
    networks,
    macs: new MacPool(name, written),
    addresses: new Map(networks.map((network) => [network.name, new AddressPool(network.subnet)])),
    segmentBehind: (machine, backend) => segmentBehind(written, machine, backend),
  };
  const peers = resolvePeers(written, naming);
  const machines = Object.entries(written.machines).map(([machine, text]) =>
    resolveMachine(machine, text, written, naming),
  );
  return deepFreeze({
    name,
    summary: written.summary ?? '',
    takesSeconds: written.takes === undefined ? null : seconds(written.takes),
    expect: written.expect ?? 'works',
    networks,
    peers,
    machines,
    checks: (written.checks ?? []).flatMap((check) => resolveCheck(check, machines, peers)),
    bench: written.bench === undefined ? null : resolveBench(written.bench, machines, peers, naming),
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
