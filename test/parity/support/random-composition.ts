import type { ComposedBus, ComposedDevice } from '../../../src/devices/composition/composition.js';
import type { CompositionCase } from './composition-case.js';
import { mutate } from './mutations.js';
import type { Random } from './random.js';

export const buses: readonly ComposedBus[] = [
  { id: 'pcie.0', type: 'root-bus', slot: null },
  { id: 'rp1', type: 'root-port', slot: 1 },
  { id: 'rp2', type: 'root-port', slot: 2 },
  { id: 'br', type: 'pci-bridge', slot: 3 },
];

const MOST_MUTATIONS = 3;

/** Sound groups of devices, then up to three changes that may break them. */
export function randomComposition(random: Random, mostVfs: number): CompositionCase {
  const groups = random.pick([1, 1, 1, 2, 2, 3]);
  let devices = Array.from({ length: groups }, (_, index) => group(random, index, mostVfs)).flat();
  for (let left = random.pick([0, 1, 1, 2, MOST_MUTATIONS]); left > 0; left -= 1)
    devices = mutate(devices, random);
  return { buses, devices };
}

export function plainDevice(driver: string, bus: string, number: number, id: string | null): ComposedDevice {
  return { id, driver, bus, number, sriovPf: null, multifunction: false, properties: {} };
}

function group(random: Random, index: number, mostVfs: number): ComposedDevice[] {
  const id = `pf${index}`;
  const kind = random.pick([
    'sriov',
    'sriov',
    'sriov',
    'sriov',
    'plain',
    'multifunction',
    'igb',
    'nvme',
    'alien',
  ]);
  const bus = random.pick(
    [
      ['rp1', 'rp1', 'rp1', 'rp2'],
      ['rp2', 'rp2', 'rp1', 'br'],
      ['br', 'pcie.0', 'rp2'],
    ][index] ?? [],
  );
  const start =
    bus === 'pcie.0' || bus === 'br'
      ? 8 * random.between(4, 8)
      : index === 0
        ? random.pick([0, 0, 0, 0, 0, 0, 0, 1, 8])
        : random.pick([0, 0, 4, 4, 64]);
  if (kind === 'plain') return [plainDevice('virtio-net-pci', bus, start, random.chance(0.5) ? id : null)];
  if (kind === 'alien')
    return [plainDevice(random.pick(['e1000e', 'virtio-rng-pci', 'virtio-serial-pci']), bus, start, id)];
  if (kind === 'igb') return [plainDevice('igb', bus, start, id)];
  if (kind === 'nvme') return [nvme(random, bus, start, id, mostVfs)];
  if (kind === 'multifunction') return multifunction(random, bus, start, id);
  return sriov(random, bus, start, id, mostVfs);
}

function sriov(random: Random, bus: string, number: number, id: string, mostVfs: number): ComposedDevice[] {
  const stride = random.pick([1, 1, 1, 2, 3]);
  const first = number + random.pick([1, 1, 1, 2, 8]);
  const room = Math.floor((255 - first) / stride) + 1;
  const count = Math.min(room, random.pick([0, 1, 1, 2, 2, 3, 4, 7, 9, mostVfs]));
  const vfs = Array.from({ length: count }, (_, index) => ({
    ...plainDevice('virtio-net-pci', bus, first + index * stride, `${id}.vf${index}`),
    sriovPf: id,
  }));
  if (random.chance(0.3)) vfs.reverse();
  const pf = plainDevice(random.chance(0.95) ? 'virtio-net-pci' : 'virtio-rng-pci', bus, number, id);
  return [...vfs, { ...pf, multifunction: random.chance(0.2) }];
}

function multifunction(random: Random, bus: string, number: number, id: string): ComposedDevice[] {
  return Array.from({ length: random.between(2, 4) }, (_, index) => ({
    ...plainDevice('virtio-net-pci', bus, number + index, `${id}.fn${index}`),
    multifunction: index === 0,
  }));
}

function nvme(random: Random, bus: string, number: number, id: string, mostVfs: number): ComposedDevice {
  const plain = plainDevice('nvme', bus, number, id);
  if (random.chance(0.3)) return plain;
  const vfs = random.pick([1, 2, 5, Math.min(mostVfs, 255)]);
  return {
    ...plain,
    properties: {
      subsys: `${id}-subsys`,
      sriov_max_vfs: vfs,
      sriov_vq_flexible: 2 * vfs,
      sriov_vi_flexible: vfs,
      max_ioqpairs: 2 * vfs + 2,
      msix_qsize: vfs + 1,
    },
  };
}
