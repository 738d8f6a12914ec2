import type { Bus } from '../model/lab.js';
import type { DraftMachine } from './draft.js';

/** QEMU's id of q35's root bus. */
export const ROOT_BUS = 'pcie.0';

/** The device numbers of the root bus from which a lab's ports, bridges and devices take theirs: 1 to 28 (machine.qemu.hbs). */
export const ROOT_BUS_SLOTS = 28;

/** The id of the bus that a NIC names: a definition's own names must not meet a NIC's. A NIC that names none has a root port. */
export function busOfNic({ name, bus }: { readonly name: string; readonly bus: string | null }): string {
  return bus === null ? `port-${name}` : busId(bus);
}

/** QEMU's id of a bus of the definition. */
export function busId(name: string): string {
  return name === ROOT_BUS ? ROOT_BUS : `bus-${name}`;
}

/**
 * The buses of a machine: the root bus, a root port for each NIC that names no bus, then those of the definition. Firmware
 * numbers them as it meets them, in the order of their device numbers.
 */
export function layOutBuses({ nics, buses }: DraftMachine): Bus[] {
  const own = nics
    .filter(({ bus }) => bus === null)
    .map((nic) => ({ id: busOfNic(nic), type: 'root-port' as const }));
  const named = buses.map(({ name, type }) => ({ id: busId(name), type }));
  return [
    { id: ROOT_BUS, type: 'root-bus', slot: 0, number: 0 },
    ...[...own, ...named].map((bus, index) => ({ ...bus, slot: index + 1, number: index + 1 })),
  ];
}
