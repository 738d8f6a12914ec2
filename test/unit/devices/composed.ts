import type { ComposedBus, ComposedDevice } from '../../../src/devices/composition/composition.js';

/** Two root ports and a conventional bridge beside the root bus. */
export const buses: readonly ComposedBus[] = [
  { id: 'pcie.0', type: 'root-bus', slot: null },
  { id: 'port', type: 'root-port', slot: 1 },
  { id: 'other-port', type: 'root-port', slot: 2 },
  { id: 'bridge', type: 'pci-bridge', slot: 3 },
];

/** A virtio-net at function `number` behind the first port. */
export function nic(number: number, more: Partial<ComposedDevice> = {}): ComposedDevice {
  return {
    id: null,
    driver: 'virtio-net-pci',
    bus: 'port',
    number,
    sriovPf: null,
    multifunction: false,
    properties: {},
    ...more,
  };
}

export function vf(number: number, more: Partial<ComposedDevice> = {}): ComposedDevice {
  return nic(number, { id: `vf${number}`, sriovPf: 'pf', ...more });
}

export function pf(number = 0, more: Partial<ComposedDevice> = {}): ComposedDevice {
  return nic(number, { id: 'pf', ...more });
}

export function nvme(properties: ComposedDevice['properties'] = {}): ComposedDevice {
  const sound = {
    subsys: 'subsystem',
    sriov_max_vfs: 2,
    sriov_vq_flexible: 4,
    sriov_vi_flexible: 2,
    max_ioqpairs: 6,
    msix_qsize: 3,
  };
  return nic(0, { id: 'disk', driver: 'nvme', properties: { ...sound, ...properties } });
}
