import { basename, dirname } from 'node:path';
import { isCheckName, specOf } from '../checks/catalog.js';
import type { CheckedNic } from '../checks/spec.js';
import { nicModel } from '../devices/catalog.js';
import { isInitramfsImage } from '../images/names.js';
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
import { resolveImages } from './resolve-images.js';
import { AddressPool } from './addresses.js';
import { layOutBuses } from './buses.js';
import { DEFAULT_CPUS, DEFAULT_MTU, defaultImage, subnetOf } from './defaults.js';
import { InterfaceNames } from './interface-names.js';
import { MacPool } from './macs.js';
import { Places } from './places.js';
import { resolveBench } from './resolve-bench.js';
import { resolveNic, type Naming } from './resolve-nic.js';
import { seconds } from './units.js';
import { machinesWrittenOn, memoryMiBOf, nicServes, servesVdpa } from './written-nesting.js';
import { networkOutside, segmentBehind } from './written-segment.js';

/** A lab without a name is called as its folder is, or its file when it stands in no folder of its own. */
function nameFromFile(file: string): string {
  const stem = basename(file).replace(/\.ya?ml$/, '');
  const name = (stem === 'lab' ? basename(dirname(file)) : stem).toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return /^[a-z]/.test(name) ? name.slice(0, 40) : `lab-${name}`.slice(0, 40);
}

/** What is written, else what holds where the network leads to: frames of one size pass all the way. */
function mtuOf(file: LabFile, name: string): number {
  const outside = networkOutside(file, name);
  const written =
    file.networks?.[name]?.mtu ?? (outside === null ? undefined : file.networks?.[outside]?.mtu);
  return written ?? DEFAULT_MTU;
}

function resolveNetworks(file: LabFile, interfaces: InterfaceNames): Network[] {
  return Object.entries(file.networks ?? {}).map(([name, network], index) => ({
    name,
    on: network?.on ?? null,
    uplink: network?.uplink ?? null,
    bridge: interfaces.take(name),
    subnet: subnetOf(network, index),
    mtu: mtuOf(file, name),
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

function resolveMachine(name: string, machine: MachineFile, file: LabFile, naming: Naming): Machine {
  const image = machine.image ?? defaultImage(machinesWrittenOn(file, name).length > 0);
  const buses = layOutBuses(machine);
  const iommu = machine.iommu ?? servesVdpa(file, name);
  const slots = { machine: name, on: machine.on, iommu, buses, places: new Places(buses) };
  const nics = Object.entries(machine.nics ?? {}).map(([nic, written]) =>
    resolveNic(nic, written, slots, naming),
  );
  return {
    name,
    on: machine.on ?? null,
    image,
    disk: !isInitramfsImage(image),
    cpus: machine.cpus ?? DEFAULT_CPUS,
    memoryMiB: memoryMiBOf(file, name),
    kernelArguments: machine.kernelArguments ?? [],
    iommu,
    buses,
    nics,
  };
}

/** How many machines are around a machine; those of a ring, which a rule refuses, are all as deep as the ring is long. */
function depthOf(file: LabFile, name: string): number {
  const around = new Set<string>();
  for (let on = file.machines[name]?.on; on !== undefined && !around.has(on); on = file.machines[on]?.on)
    around.add(on);
  return around.size;
}

/** In the order of the definition. The outermost are resolved first: functions inside have their MACs from those around. */
function resolveMachines(file: LabFile, naming: Naming): Machine[] {
  const names = Object.keys(file.machines);
  for (const name of [...names].sort((one, other) => depthOf(file, one) - depthOf(file, other))) {
    const machine = file.machines[name];
    if (machine !== undefined) naming.machines.set(name, resolveMachine(name, machine, file, naming));
  }
  return names.flatMap((name) => naming.machines.get(name) ?? []);
}

/** What decides which checks have something to see on a NIC. */
export function checkedNic(nic: Nic): CheckedNic {
  return {
    storage: nicModel(nic.model).kind === 'storage',
    vfs: nic.vfs.length,
    ownBackends: nicModel(nic.model).vfs !== 'fixed',
    ends: functionsOf(nic).flatMap((pciFunction) => {
      if (backendOf(nic, pciFunction)?.type === 'user') return [null];
      return pciFunction.segment === null ? [] : [pciFunction.segment];
    }),
  };
}

/** A check asked for without a machine runs on each NIC that it has something to see on, and that no machine inside has taken. */
function resolveCheck(
  written: CheckFile,
  file: LabFile,
  machines: readonly Machine[],
  peers: readonly Peer[],
): CheckRequest[] {
  const [check, settings] =
    typeof written === 'string' ? [written, {}] : (Object.entries(written)[0] ?? ['', {}]);
  const { machine: wanted, ...values } = settings ?? {};
  if (!isCheckName(check)) return [];
  const spec = specOf(check);
  // A rule tells what is wrong with the values; other rules look at the lab all the same.
  const { data = spec.parameters.parse({}) } = spec.parameters.safeParse(values);
  const chosen = Object.entries(data);
  const parameters = chosen.flatMap(([key, value]) =>
    typeof value === 'number' ? [[key, value] as const] : [],
  );
  const choices = chosen.flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  return machines
    .filter(({ name }) => wanted === undefined || wanted === name)
    .flatMap((machine) =>
      machine.nics
        .filter((nic) => !nicServes(file, machine.name, nic.name))
        .filter((nic) => spec.fits(checkedNic(nic), peers))
        .map((nic) => ({
          check,
          machine: machine.name,
          nic: nic.name,
          parameters: Object.fromEntries(parameters),
          choices: Object.fromEntries(choices),
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
    machines: new Map(),
    segmentBehind: (machine, backend) => segmentBehind(written, machine, backend),
  };
  const peers = resolvePeers(written, naming);
  const machines = resolveMachines(written, naming);
  return deepFreeze({
    name,
    summary: written.summary ?? '',
    takesSeconds: written.takes === undefined ? null : seconds(written.takes),
    expect: written.expect ?? 'works',
    images: resolveImages(written, file),
    networks,
    peers,
    machines,
    checks: (written.checks ?? []).flatMap((check) => resolveCheck(check, written, machines, peers)),
    bench: written.bench === undefined ? null : resolveBench(written.bench, machines, peers, naming),
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
