import { expect, test } from 'vitest';
import type { ComposedDevice } from '../../../src/devices/composition/composition.js';
import { judgeComposition } from '../../../src/devices/composition/judge.js';
import { buses, nic, nvme, pf, vf } from './composed.js';

const sound: readonly (readonly [string, readonly ComposedDevice[]])[] = [
  ['nothing', []],
  ['a NIC', [nic(0)]],
  ['one VF', [vf(1), pf()]],
  ['VFs in any order', [vf(3), vf(1), vf(2), pf()]],
  ['VFs that start late and are spaced evenly', [vf(5), vf(8), vf(11), pf()]],
  ['255 VFs', [...Array.from({ length: 255 }, (_, index) => vf(index + 1)), pf()]],
  ['VFs whose MSI-X tables fit the same page', [vf(1, { properties: { vectors: 254 } }), vf(2), pf()]],
  ['a virtio device of another kind as the PF', [vf(1), pf(0, { driver: 'virtio-rng-pci' })]],
  ['a PF beside a function 0 that says there are more', [nic(0, { multifunction: true }), vf(3), pf(2)]],
  ['a multifunction device', [nic(0, { multifunction: true }), nic(1), nic(7)]],
  ['function 0 last', [nic(1), nic(0, { multifunction: true })]],
  ['devices on the root bus and behind a bridge', [nic(32, { bus: 'pcie.0' }), nic(8, { bus: 'bridge' })]],
  ['a function beside the ISA bridge', [nic(0xf9, { bus: 'pcie.0' })]],
  ['igb', [nic(0, { driver: 'igb' })]],
  [
    'igb, and a function that its ARI list names',
    [nic(0, { driver: 'igb', properties: { 'x-pcie-ari-nextfn-1': true } }), nic(1)],
  ],
  [
    'igb, whose last VF is the last place of the bus',
    [nic(0, { multifunction: true }), nic(1, { driver: 'igb' })],
  ],
  ['nvme with VFs', [nvme()]],
  ['nvme without', [nic(0, { id: 'disk', driver: 'nvme' })]],
];

test.each(sound)('%s', (_name, devices) => {
  expect(judgeComposition(buses, devices)).toEqual([]);
});
