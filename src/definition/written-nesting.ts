import type { BackendFile, LabFile, MachineFile } from '../model/lab-file.js';
import { defaultMemoryMiB } from './defaults.js';
import { sizeMiB } from './units.js';
import { isChardev, vdpaOf } from './written-backend.js';
import { writtenFunctions, writtenVfs } from './written-functions.js';

/** The names of the machines that run directly on a machine. */
export function machinesWrittenOn(lab: LabFile, name: string): string[] {
  return Object.entries(lab.machines).flatMap(([inner, { on }]) => (on === name ? [inner] : []));
}

/** The backends of a machine's functions, as they are written. */
function backendsWrittenFor({ nics }: MachineFile): (BackendFile | undefined)[] {
  return Object.values(nics ?? {}).flatMap((nic) => [
    nic.backend,
    ...[...writtenVfs(nic), ...writtenFunctions(nic)].map(({ written }) => written.backend),
  ]);
}

/** Whether vDPA devices are made of the machine's functions, for a machine that runs on it. */
export function servesVdpa(lab: LabFile, name: string): boolean {
  return Object.values(lab.machines).some(
    (machine) =>
      machine.on === name &&
      backendsWrittenFor(machine).some((backend) => {
        const vdpa = vdpaOf(backend);
        return vdpa !== undefined && !isChardev(vdpa);
      }),
  );
}

/**
 * Whether a function of the NIC is taken by what is inside its machine: a vDPA device is made of it, or a bridge leads out
 * by it. The machine itself can then not use the NIC as a check does.
 */
export function nicServes(lab: LabFile, machine: string, nic: string): boolean {
  const taken = [
    ...Object.values(lab.machines).flatMap((inner) =>
      inner.on === machine ? backendsWrittenFor(inner).flatMap((backend) => vdpaOf(backend) ?? []) : [],
    ),
    ...Object.values(lab.networks ?? {}).flatMap((network) =>
      network?.on === machine ? (network.uplink ?? []) : [],
    ),
  ];
  return taken.some((id) => id.split('.')[0] === nic);
}

/** What a machine needs for its functions and for what runs on it, in MiB. */
export function memoryNeededMiB(lab: LabFile, name: string): number {
  return neededMiB(lab, name, new Set());
}

/** The memory of a machine, in MiB: what is written, else what it needs. */
export function memoryMiBOf(lab: LabFile, name: string): number {
  return writtenOrNeededMiB(lab, name, new Set());
}

/** `around`: the machines that were met on the way in. One of them again is a ring, which a rule refuses. */
function writtenOrNeededMiB(lab: LabFile, name: string, around: ReadonlySet<string>): number {
  const memory = lab.machines[name]?.memory;
  return memory === undefined ? neededMiB(lab, name, around) : sizeMiB(memory);
}

function neededMiB(lab: LabFile, name: string, around: ReadonlySet<string>): number {
  const nics = Object.values(lab.machines[name]?.nics ?? {});
  const functions = nics.flatMap((nic) => {
    const siblings = writtenFunctions(nic);
    return siblings.length > 0 ? siblings : [nic, ...writtenVfs(nic)];
  });
  const passed = new Set([...around, name]);
  const inside = machinesWrittenOn(lab, name).filter((inner) => !passed.has(inner));
  return defaultMemoryMiB(
    functions.length,
    inside.map((inner) => writtenOrNeededMiB(lab, inner, passed)),
  );
}
