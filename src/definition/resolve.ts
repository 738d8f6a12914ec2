import { isCheckName, specOf } from '../checks/catalog.js';
import { catalogued } from '../images/catalog.js';
import { isOfKubernetes } from '../images/names.js';
import type { Bench, BenchFunction } from '../model/bench.js';
import {
  findByName,
  functionById,
  type CheckRequest,
  type Image,
  type ImageComponent,
  type Lab,
  type Machine,
  type Network,
  type Peer,
} from '../model/lab.js';
import type { AddressPool } from './addresses.js';
import { layOutBuses } from './buses.js';
import { benchContainersOf } from './cluster.js';
import { fittingNics } from './check-candidates.js';
import { DEFAULT_MTU } from './defaults.js';
import type { Draft, DraftBench, DraftCheck, DraftImage, DraftMachine, DraftServer } from './draft.js';
import { InterfaceNames } from './interface-names.js';
import { namingFor, type Naming } from './naming.js';
import { Places } from './places.js';
import {
  disksInside,
  hasDisk,
  imageOf,
  memoryMiBOf,
  networkNamed,
  networkOutside,
  servesVdpa,
} from './relations.js';
import { resolveKubernetes } from './resolve-kubernetes.js';
import { resolveNic } from './resolve-nic.js';

function resolveNetworks(draft: Draft, interfaces: InterfaceNames): Network[] {
  return draft.networks.map(({ name, on, uplink, subnet, mtu, vlans }) => {
    // Frames of one size pass all the way.
    const outside = networkNamed(draft, networkOutside(draft, name));
    const bridge = interfaces.take(name);
    return { name, on, uplink, bridge, subnet, mtu: mtu ?? outside?.mtu ?? DEFAULT_MTU, vlans };
  });
}

function poolOf(naming: Naming, network: string): AddressPool {
  const pool = naming.addresses.get(network);
  if (pool === undefined) throw new Error(`no network ${network}`);
  return pool;
}

/** Those who chose their address come first, so that nobody else is given it. */
function resolvePeers({ peers }: Draft, naming: Naming): Peer[] {
  const chosen = new Map(
    peers.flatMap(({ name, network, address }) =>
      address === null ? [] : [[name, poolOf(naming, network).reserve(address)] as const],
    ),
  );
  return peers.map(({ name, network, vlan }) => ({
    name,
    network,
    address: chosen.get(name) ?? poolOf(naming, network).next('peer'),
    mac: naming.macs.take(`peer ${name}`, null),
    vlan,
    bridgePort: naming.interfaces.take(name),
  }));
}

function resolveMachine(machine: DraftMachine, naming: Naming): Machine {
  const { draft } = naming;
  const { name, on } = machine;
  const image = imageOf(draft, machine);
  const buses = layOutBuses(machine);
  const iommu = machine.iommu ?? servesVdpa(draft, name);
  const slots = { machine: name, iommu, buses, places: new Places(buses) };
  return {
    name,
    on,
    image,
    disk: hasDisk(draft, machine),
    disksInside: disksInside(draft, name),
    memoryMiB: memoryMiBOf(draft, name),
    ...machine.settings,
    iommu,
    buses,
    nics: machine.nics.map((nic) => resolveNic(nic, slots, naming)),
  };
}

/**
 * The machines of a definition whose devices are known; what else is wrong with it does not matter. `naming`: without one, no
 * function has an address.
 */
export function resolveMachines(draft: Draft, naming = namingFor(draft)): Machine[] {
  return draft.machines.map((machine) => resolveMachine(machine, naming));
}

/** Without it lab could not reach the guest. */
const ALWAYS = 'guest-agent';

/** Each component is a layer of its own, in the order of the definition: who writes an image changes it. */
function resolveImage({ name, base, source, components }: DraftImage): Image {
  const written = components.map(({ component, version }): ImageComponent => ({ component, version }));
  const hasAgent = written.some(({ component }) => component === ALWAYS);
  const agent = hasAgent ? [] : [{ component: ALWAYS, version: null }];
  return { name, base, source, layers: [...agent, ...written].map((one) => [one]) };
}

/** Programs of the version that the lab's cluster has, unless the image says otherwise. */
function withKubernetes(image: Image, version: string): Image {
  const layers = image.layers.map((layer) =>
    layer.map((one) => (isOfKubernetes(one.component) ? { ...one, version: one.version ?? version } : one)),
  );
  return { ...image, layers };
}

/** The images that the machines of a definition boot, its own and lab's. */
function resolveImages(draft: Draft): Image[] {
  const { machines, images, kubernetes } = draft;
  const names = new Set(machines.map((machine) => imageOf(draft, machine)));
  return [...names].flatMap((name) => {
    const own = images.find((image) => image.name === name);
    const image = own === undefined ? catalogued(name) : resolveImage(own);
    if (image === undefined) return [];
    return kubernetes === null ? image : withKubernetes(image, kubernetes.version);
  });
}

interface Requested {
  readonly request: CheckRequest;
  /** Whether the check looks at a NIC only because the lab has peers. */
  readonly needsPeers: boolean;
}

/** A check runs on each NIC that it applies to and that nothing else uses. A check of the whole cluster runs once. */
function resolveCheck({ name, machine, values }: DraftCheck, draft: Draft): Requested[] {
  if (!isCheckName(name)) throw new Error(`no check ${name}`);
  const { scope, parameters, fits } = specOf(name);
  const chosen = Object.entries(parameters.parse(values));
  const ofType = <T extends number | string>(type: 'number' | 'string'): Record<string, T> =>
    Object.fromEntries(chosen.flatMap(([key, value]) => (typeof value === type ? [[key, value as T]] : [])));
  const nics = fittingNics(draft, { name, machine })
    .filter(({ inUse }) => !inUse)
    .map(({ nic, checked }) => ({
      request: {
        check: name,
        on: scope === 'cluster' ? null : { machine: nic.machine, nic: nic.name },
        parameters: ofType<number>('number'),
        choices: ofType<string>('string'),
      },
      needsPeers: !fits(checked, []),
    }));
  return scope === 'cluster' ? nics.slice(0, 1) : nics;
}

function requestsOf(requested: readonly Requested[]): CheckRequest[] {
  return requested.map(({ request }) => request);
}

/** A function that comes out at no network of the lab, such as one on a vDPA device of this computer, gets an address of the peer's. */
function resolveBenchFunction(id: string, machine: Machine, peer: Peer, naming: Naming): BenchFunction {
  const { nic, pciFunction } = functionById(machine, id);
  const address = pciFunction.address ?? poolOf(naming, peer.network).next('function');
  return { nic: nic.name, function: id, address };
}

function resolveBench(
  bench: DraftBench,
  machines: readonly Machine[],
  peers: readonly Peer[],
  naming: Naming,
): Bench {
  const machine = findByName(machines, bench.machine);
  const peer = findByName(peers, bench.peer);
  return {
    machine: machine.name,
    peer: peer.name,
    offload: resolveBenchFunction(bench.offload, machine, peer, naming),
    software: resolveBenchFunction(bench.software, machine, peer, naming),
    containers: benchContainersOf(naming.draft, bench),
  };
}

/**
 * Fills in everything that a sound definition leaves open, the same way every time: names, PCI addresses, MACs and IPs. The result
 * is frozen.
 */
export function resolveLab(draft: Draft): Lab {
  const interfaces = new InterfaceNames();
  const networks = resolveNetworks(draft, interfaces);
  const naming = namingFor(draft, networks, interfaces);
  const peers = resolvePeers(draft, naming);
  const machines = resolveMachines(draft, naming);
  const requested = draft.checks.flatMap((check) => resolveCheck(check, draft));
  const cluster =
    draft.kubernetes === null ? null : resolveKubernetes(draft.kubernetes, peers, machines, naming);
  const { name, summary, takesSeconds, expect, bench, server } = draft;
  const lab = {
    name,
    summary,
    takesSeconds,
    expect,
    images: resolveImages(draft),
    networks,
    peers,
    machines,
    checks: requestsOf(requested),
    bench: bench === null ? null : resolveBench(bench, machines, peers, naming),
    kubernetes: cluster,
    server: null,
  };
  return deepFreeze(server === null ? lab : onServer(lab, server, requested));
}

/** A lab without the machine that this computer takes the place of: names and addresses are the same with it and without. */
function onServer(lab: Lab, { name, pfs }: DraftServer, requested: readonly Requested[]): Lab {
  const others = requested.filter(({ request }) => request.on?.machine !== name);
  const leftOut = others.filter(({ needsPeers }) => needsPeers);
  const machines = lab.machines.filter((machine) => machine.name !== name);
  return {
    ...lab,
    networks: [],
    peers: [],
    images: lab.images.filter((image) => machines.some((machine) => machine.image === image.name)),
    machines: machines.map((machine) => (machine.on === name ? { ...machine, on: null } : machine)),
    checks: requestsOf(others.filter(({ needsPeers }) => !needsPeers)),
    bench: null,
    server: {
      name,
      pfs,
      checksLeftOut: requestsOf(leftOut).map(({ check, on }) =>
        on === null ? check : `${check} on ${on.machine}`,
      ),
    },
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
