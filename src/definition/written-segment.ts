import type { BackendFile, LabFile } from '../model/lab-file.js';
import type { Segment } from '../model/lab.js';
import { isChardev, tapOf, vdpaOf } from './written-backend.js';
import { writtenFunctions, writtenVfs } from './written-functions.js';

/** The backend of a function (`nic`, or `nic.vf`) of a machine; undefined when there is no such function. */
export function backendOfFunction(
  lab: LabFile,
  machine: string,
  functionName: string,
): BackendFile | undefined {
  const [nicName = '', below] = functionName.split('.');
  const nic = lab.machines[machine]?.nics?.[nicName];
  if (nic === undefined || below === undefined) return nic?.backend;
  const written = [...writtenVfs(nic), ...writtenFunctions(nic)].find(({ name }) => name === below);
  return written && (written.written.backend ?? nic.backend);
}

/**
 * Where what a function of `machine` sends to a backend comes out among the lab's networks: through the functions and the
 * bridges of the machines around it. Null when at none, or when the definition does not hold together, which the rules say.
 */
export function segmentBehind(
  lab: LabFile,
  machine: string,
  backend: BackendFile | undefined,
): Segment | null {
  const passed = new Set<string>();
  let place = machine;
  let next = backend;
  for (;;) {
    const tap = tapOf(next);
    const network = tap === undefined ? undefined : lab.networks?.[tap.tap];
    const through = network?.uplink ?? vdpaOf(next);
    if (tap !== undefined && network?.uplink === undefined) {
      return { network: tap.tap, vlan: tap.vlan ?? null };
    }
    const outer = lab.machines[place]?.on;
    if (outer === undefined || through === undefined || isChardev(through) || passed.has(outer)) return null;
    passed.add(outer);
    place = outer;
    next = backendOfFunction(lab, outer, through);
  }
}

/** The network that one with an uplink leads to in the end; null when it leads nowhere. */
export function networkOutside(lab: LabFile, name: string): string | null {
  const { on, uplink } = lab.networks?.[name] ?? {};
  if (on === undefined || uplink === undefined) return null;
  return segmentBehind(lab, on, backendOfFunction(lab, on, uplink))?.network ?? null;
}
