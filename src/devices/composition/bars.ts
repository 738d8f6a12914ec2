import type { ComposedBus, ComposedDevice } from './composition.js';
import { isOn } from './drivers.js';
import { virtioMode } from './virtio-mode.js';

const MSIX_MOST_VECTORS = 2048;
const MSIX_ENTRY_BYTES = 16;
/** The pending bits come in words of 64. */
const PENDING_WORD_BITS = 64;
const SMALLEST_MSIX_BAR = 4096;
/** Registers of the legacy interface before the device's own configuration (virtio 1.x, 4.1.4.8). */
const LEGACY_REGISTERS = 24;
/** The device's configuration: up to its status; with `mq`, its number of queues; with `host_mtu`, its MTU. */
const CONFIG_BYTES = { plain: 8, queues: 10, mtu: 12 };

/** What decides a virtio-net function's base address registers: VFs of one PF must agree in all of it. */
export function barsOf(device: ComposedDevice, bus: ComposedBus): string {
  const { properties } = device;
  const { legacy } = virtioMode(device, bus);
  return JSON.stringify({
    io: legacy ? legacyBytes(properties) : 0,
    msix: msixBytes(properties['vectors']),
    notifyPort: isOn(properties['modern-pio-notify']),
    pagePerQueue: isOn(properties['page-per-vq']),
  });
}

/** Whether it has a base address register in I/O space. */
export function hasIoBar(device: ComposedDevice, bus: ComposedBus): boolean {
  return virtioMode(device, bus).legacy || isOn(device.properties['modern-pio-notify']);
}

/** The device ID that QEMU gives to a virtio-net function: the transitional one if legacy drivers are to find it. */
export function hasTransitionalId(device: ComposedDevice, bus: ComposedBus): boolean {
  return virtioMode(device, bus).legacy;
}

function legacyBytes(properties: ComposedDevice['properties']): number {
  const config =
    properties['host_mtu'] === undefined
      ? isOn(properties['mq'])
        ? CONFIG_BYTES.queues
        : CONFIG_BYTES.plain
      : CONFIG_BYTES.mtu;
  return nextPowerOfTwo(LEGACY_REGISTERS + config);
}

function msixBytes(vectors: string | number | boolean | undefined): number {
  if (vectors === undefined) return SMALLEST_MSIX_BAR;
  const count = Number(vectors);
  // Past the limit QEMU goes on without MSI-X.
  if (count === 0 || count > MSIX_MOST_VECTORS) return 0;
  const table = Math.max(count * MSIX_ENTRY_BYTES, SMALLEST_MSIX_BAR / 2);
  const pending = (Math.ceil(count / PENDING_WORD_BITS) * PENDING_WORD_BITS) / 8;
  return nextPowerOfTwo(Math.max(table + pending, SMALLEST_MSIX_BAR));
}

function nextPowerOfTwo(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
