import type { ComposedBus } from '../../../src/devices/composition/composition.js';
import type { StoppedQemu } from './stopped-qemu.js';

interface PciDevice {
  readonly bus: number;
  readonly slot: number;
  readonly function: number;
  readonly pci_bridge?: { readonly devices?: readonly PciDevice[] };
}

/** `BUS NUMBER` of each function that `query-pci` shows, once the buses have the numbers that seeAsGuest gives them. */
export async function seeByQmp(qemu: StoppedQemu, buses: readonly ComposedBus[]): Promise<string[]> {
  const roots = (await qemu.qmp('query-pci')) as readonly { devices: readonly PciDevice[] }[];
  const flat = (devices: readonly PciDevice[]): PciDevice[] =>
    devices.flatMap((device) => [device, ...flat(device.pci_bridge?.devices ?? [])]);
  const bridges = new Set(buses.map(({ slot }) => (slot ?? 0) * 8));
  return roots
    .flatMap(({ devices }) => flat(devices))
    .map((device) => ({ bus: device.bus, number: device.slot * 8 + device.function }))
    .filter(({ bus, number }) => bus > 0 || !(bridges.has(number) || number === ISA_BRIDGE))
    .map(({ bus, number }) => `${buses[bus]?.id ?? `bus ${bus}`} ${number}`)
    .sort();
}

export const ISA_BRIDGE = 0xf8;
