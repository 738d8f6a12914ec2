import { driverOf } from './drivers.js';
import type { ComposedBus, ComposedDevice } from './composition.js';
import { virtioMode } from './virtio-mode.js';

/** Whether a device is a PCI Express one where it stands: SR-IOV is a capability of PCI Express alone. */
export function isExpress(device: ComposedDevice, bus: ComposedBus): boolean {
  if (driverOf(device).express === 'always') return true;
  // On q35's root bus virtio is an integrated conventional device.
  return bus.type === 'root-port' && virtioMode(device, bus).modern;
}
