import type { MachineFile } from '../model/lab-file.js';
import type { Bus } from '../model/lab.js';

/** QEMU's id of q35's root bus. */
export const ROOT_BUS = 'pcie.0';

/** The device numbers of the root bus from which a lab's ports, bridges and devices take theirs: 1 to 28 (machine.qemu.hbs). */
export const ROOT_BUS_SLOTS = 28;

/** The root port that a NIC has for itself unless it chooses another bus. */
export function ownPort(nic: string): string {
  return `port-${nic}`;
}

/** What the buses of a machine are called in QEMU: a definition's own names must not meet a NIC's. */
export function busId(name: string): string {
  return name === ROOT_BUS ? ROOT_BUS : `bus-${name}`;
}

/**
 * The buses of a machine: the root bus, a root port for each NIC that names no bus, then those of the definition. Firmware
 * numbers them as it meets them, in the order of their device numbers.
 */
export function layOutBuses(machine: MachineFile): Bus[] {
  const own = Object.entries(machine.nics ?? {})
    .filter(([, { bus }]) => bus === undefined)
    .map(([nic]) => ({ id: ownPort(nic), type: 'root-port' as const }));
  const named = Object.entries(machine.buses ?? {}).map(([name, type]) => ({ id: busId(name), type }));
  return [
    { id: ROOT_BUS, type: 'root-bus', slot: 0, number: 0 },
    ...[...own, ...named].map((bus, index) => ({ ...bus, slot: index + 1, number: index + 1 })),
  ];
}
