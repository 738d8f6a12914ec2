import { nicModel, nicModelNames } from '../devices/catalog.js';
import type { NicModel } from '../devices/nic-model.js';
import { isInitramfsImage } from '../images/names.js';
import type { Segment } from '../model/lab.js';
import {
  clusterMemoryMiB,
  CONTROL_PLANE_IMAGE,
  defaultImage,
  defaultMemoryMiB,
  MEMORY_FOR_DISK_WRITES_MIB,
  NODE_IMAGE,
  type ClusterRoles,
} from './defaults.js';
import type { Draft, DraftBackend, DraftFunction, DraftMachine, DraftNetwork, DraftNic } from './draft.js';
import { groupedBy, ofDraft } from './of-draft.js';
import type { Path } from './path.js';

// What the parts of a definition have to do with each other. Each question has its one answer here, for the rules and for the
// resolver. A definition that contradicts itself gets an answer too: nothing here throws.

/** A function with the NIC that it is of. */
export interface OfNic {
  readonly nic: DraftNic;
  readonly pciFunction: DraftFunction;
}

function byName<T extends { readonly name: string }>(parts: readonly T[]): ReadonlyMap<string | null, T> {
  return new Map(parts.map((part) => [part.name, part]));
}

const machinesByName = ofDraft(({ machines }) => byName(machines));
const networksByName = ofDraft(({ networks }) => byName(networks));

export function machineNamed(draft: Draft, name: string | null): DraftMachine | undefined {
  return machinesByName(draft).get(name);
}

export function networkNamed(draft: Draft, name: string | null): DraftNetwork | undefined {
  return networksByName(draft).get(name);
}

/** The model of a NIC or of a function; undefined if there is none of that name. */
export function modelOf({ model }: { readonly model: string }): NicModel | undefined {
  return nicModelNames().includes(model) ? nicModel(model) : undefined;
}

export function isStorage(nic: DraftNic): boolean {
  return modelOf(nic)?.kind === 'storage';
}

export function vfsOf({ functions }: DraftNic): readonly DraftFunction[] {
  return functions.filter(({ kind }) => kind === 'vf');
}

export const allNics: (draft: Draft) => readonly DraftNic[] = ofDraft(({ machines }) =>
  machines.flatMap(({ nics }) => nics),
);

export const allFunctions: (draft: Draft) => readonly OfNic[] = ofDraft((draft) =>
  allNics(draft).flatMap((nic) => nic.functions.map((pciFunction) => ({ nic, pciFunction }))),
);

const functionsByMachine = ofDraft((draft) => groupedBy(allFunctions(draft), ({ nic }) => nic.machine));

/** Every function of a machine; none if there is no such machine. */
export function functionsOfMachine(draft: Draft, machine: string): readonly OfNic[] {
  return functionsByMachine(draft).get(machine) ?? [];
}

const nodeNames = ofDraft(({ kubernetes }) => new Set(kubernetes?.nodes.map(({ machine }) => machine)));

/** Whether a machine is a node of the lab's cluster. */
export function isNode(draft: Draft, machine: string): boolean {
  return nodeNames(draft).has(machine);
}

/** What a machine is for the lab's cluster. */
export function clusterRolesOf(draft: Draft, machine: string): ClusterRoles {
  return { node: isNode(draft, machine), controlPlane: draft.kubernetes?.controlPlane === machine };
}

/** The image that a machine boots: what is written, otherwise what suits it. */
export function imageOf(draft: Draft, { name, image }: DraftMachine): string {
  if (image !== null) return image;
  const { node, controlPlane } = clusterRolesOf(draft, name);
  if (controlPlane) return CONTROL_PLANE_IMAGE;
  return node ? NODE_IMAGE : defaultImage(machinesOn(draft, name).length > 0);
}

/** Whether the image that a machine boots has a disk. */
export function hasDisk(draft: Draft, machine: DraftMachine): boolean {
  return !isInitramfsImage(imageOf(draft, machine));
}

const placeAmongMachines = ofDraft(
  ({ machines }) => new Map(machines.map(({ name }, place) => [name, place])),
);

/** The machines inside a machine, at whatever depth, whose images have a disk, in the order of the definition. */
export function disksInside(draft: Draft, name: string): readonly string[] {
  const inside = new Set(machinesOn(draft, name));
  // What is added meanwhile is visited too.
  for (const outer of inside) for (const inner of machinesOn(draft, outer.name)) inside.add(inner);
  const place = placeAmongMachines(draft);
  return [...inside]
    .filter((machine) => hasDisk(draft, machine))
    .map((machine) => machine.name)
    .sort((one, other) => (place.get(one) ?? 0) - (place.get(other) ?? 0));
}

const functionsById = ofDraft(
  (draft) =>
    new Map(allFunctions(draft).map((one) => [`${one.nic.machine} ${one.pciFunction.id}`, one] as const)),
);

/** The function of a machine with that id; undefined if there is none. */
export function functionNamed(draft: Draft, machine: string, id: string): OfNic | undefined {
  return functionsById(draft).get(`${machine} ${id}`);
}

/** Every backend that is written, once, with the machine that it is for. */
export function allBackends(draft: Draft): { readonly machine: string; readonly backend: DraftBackend }[] {
  return allNics(draft).flatMap((nic) => {
    const backends = new Set([nic.backend, ...nic.functions.map(({ backend }) => backend)]);
    return [...backends].flatMap((backend) => (backend === null ? [] : [{ machine: nic.machine, backend }]));
  });
}

const machinesByPlace = ofDraft(({ machines }) => groupedBy(machines, ({ on }) => on));

/** The machines that run directly on a machine, or on this computer for null. */
export function machinesOn(draft: Draft, name: string | null): readonly DraftMachine[] {
  return machinesByPlace(draft).get(name) ?? [];
}

/** The machines around a machine, from the inside out, until there is none or one comes again. */
export function machinesAround(draft: Draft, name: string): readonly string[] {
  const found = new Set<string>();
  let on = machineNamed(draft, name)?.on ?? null;
  while (on !== null && !found.has(on)) {
    found.add(on);
    on = machineNamed(draft, on)?.on ?? null;
  }
  return [...found];
}

/**
 * Where what a function of `machine` sends to a backend comes out among the lab's networks: through the functions and the bridges
 * of the machines around it. Null if it comes out at none.
 */
export function segmentBehind(draft: Draft, machine: string, backend: DraftBackend | null): Segment | null {
  const passed = new Set<string>();
  let place = machine;
  let next = backend;
  for (;;) {
    if (next === null || next.type === 'user') return null;
    const uplink = next.type === 'tap' ? (networkNamed(draft, next.network)?.uplink ?? null) : null;
    if (next.type === 'tap' && uplink === null) return { network: next.network, vlan: next.vlan };
    const through = next.type === 'vdpa' ? next.of : uplink;
    const outer = machineNamed(draft, place)?.on ?? null;
    if (outer === null || through === null || passed.has(outer)) return null;
    passed.add(outer);
    place = outer;
    next = functionNamed(draft, outer, through)?.pciFunction.backend ?? null;
  }
}

/** The network that one with an uplink leads to in the end; null if it leads nowhere. */
export function networkOutside(draft: Draft, name: string): string | null {
  const { on = null, uplink = null } = networkNamed(draft, name) ?? {};
  if (on === null || uplink === null) return null;
  const backend = functionNamed(draft, on, uplink)?.pciFunction.backend ?? null;
  return segmentBehind(draft, on, backend)?.network ?? null;
}

/** A vDPA device that a function of a machine gets its packets from. */
export interface VdpaUse {
  /** The machine that the function is of. */
  readonly machine: string;
  /** The machine around it, on which the device is; null: this computer. */
  readonly outer: string | null;
  /** The function that the device is made of; null for a character device. */
  readonly of: string | null;
  /** The function, or the device, as it is written. */
  readonly name: string;
  readonly path: Path;
  /** The function that uses it, as messages call it. */
  readonly user: string;
}

/** The vDPA devices of all functions: one entry for each function. */
export const vdpaUses: (draft: Draft) => readonly VdpaUse[] = ofDraft((draft) =>
  allFunctions(draft).flatMap(({ pciFunction: { machine, backend } }) => {
    if (backend?.type !== 'vdpa') return [];
    const { of, device } = backend;
    return [
      {
        machine,
        outer: machineNamed(draft, machine)?.on ?? null,
        of,
        name: of ?? device ?? '',
        path: [...backend.path, 'vdpa'],
        user: backend.path.slice(1, -1).join('.'),
      },
    ];
  }),
);

/**
 * The function whose MAC a function has: its own, unless its packets come from a vDPA device. Such a device has the MAC of the
 * function of the machine around it that it is made of.
 */
export function macSource(draft: Draft, pciFunction: DraftFunction): DraftFunction {
  const passed = new Set<DraftFunction>();
  let source = pciFunction;
  for (;;) {
    passed.add(source);
    const { machine, backend } = source;
    const outer = machineNamed(draft, machine)?.on ?? null;
    if (outer === null || backend?.type !== 'vdpa' || backend.of === null) return source;
    const next = functionNamed(draft, outer, backend.of)?.pciFunction;
    if (next === undefined || passed.has(next)) return source;
    source = next;
  }
}

const vdpaUsesByOuter = ofDraft((draft) =>
  groupedBy(
    vdpaUses(draft).filter(({ of }) => of !== null),
    ({ outer }) => outer,
  ),
);

/** Whether vDPA devices are made of the machine's functions, for a machine that runs on it. */
export function servesVdpa(draft: Draft, machine: string): boolean {
  return vdpaUsesByOuter(draft).has(machine);
}

const networksByPlace = ofDraft(({ networks }) => groupedBy(networks, ({ on }) => on));

/** The functions of a machine that what is inside it uses: vDPA devices are made of them, or bridges lead out through them. */
export function outerUses(draft: Draft, machine: string): string[] {
  return [
    ...(vdpaUsesByOuter(draft).get(machine) ?? []).flatMap(({ of }) => of ?? []),
    ...(networksByPlace(draft).get(machine) ?? []).flatMap(({ uplink }) => uplink ?? []),
  ];
}

/** By network: how many functions have an address there, because their packets come out on it. */
export const functionsByNetwork: (draft: Draft) => ReadonlyMap<string, number> = ofDraft((draft) => {
  const counts = new Map<string, number>();
  for (const { pciFunction } of allFunctions(draft)) {
    const network = segmentBehind(draft, pciFunction.machine, pciFunction.backend)?.network;
    if (network !== undefined) counts.set(network, (counts.get(network) ?? 0) + 1);
  }
  return counts;
});

/** The memory of a machine in MiB: what is written, otherwise what it needs. */
export function memoryMiBOf(draft: Draft, name: string): number {
  return writtenOrNeededMiB(draft, name, new Set());
}

/** What a machine needs for its functions and for what runs on it, in MiB. */
export function memoryNeededMiB(draft: Draft, name: string): number {
  return neededMiB(draft, name, new Set());
}

/** `around`: the machines that were met on the way in. One of them again is a ring, which a rule refuses. */
function writtenOrNeededMiB(draft: Draft, name: string, around: ReadonlySet<string>): number {
  return machineNamed(draft, name)?.memoryMiB ?? neededMiB(draft, name, around);
}

function neededMiB(draft: Draft, name: string, around: ReadonlySet<string>): number {
  const passed = new Set([...around, name]);
  const inside = machinesOn(draft, name).filter((inner) => !passed.has(inner.name));
  const needed = defaultMemoryMiB(
    functionsOfMachine(draft, name).length,
    inside.map(
      (inner) =>
        writtenOrNeededMiB(draft, inner.name, passed) +
        (hasDisk(draft, inner) ? MEMORY_FOR_DISK_WRITES_MIB : 0),
    ),
  );
  return Math.max(needed, clusterMemoryMiB(clusterRolesOf(draft, name)));
}
