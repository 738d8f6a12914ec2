import type { ComposedDevice } from '../../../src/devices/composition/composition.js';
import { propertyTypes } from '../../../src/devices/composition/property-types.js';
import type { Random } from './random.js';

type Change = (
  device: ComposedDevice,
  random: Random,
  all: readonly ComposedDevice[],
) => Partial<ComposedDevice>;

const drivers = [
  ...['virtio-net-pci', 'virtio-net-pci-transitional', 'virtio-net-pci-non-transitional', 'virtio-rng-pci'],
  ...['igb', 'nvme', 'e1000e', 'virtio-serial-pci'],
];

/** Properties that decide something; all others leave QEMU's verdict as it is. */
const virtioProperties: readonly (readonly [string, readonly (string | number | boolean)[]])[] = [
  ['disable-legacy', [true, false, 'auto']],
  ['disable-modern', [true, false]],
  ['vectors', [0, 2, 4, 64, 254, 255, 600, 2048, 2049]],
  ['mq', [true]],
  ['host_mtu', [1400]],
  ['page-per-vq', [true]],
  ['modern-pio-notify', [true]],
  ['failover', [true]],
  ['x-pcie-ari-nextfn-1', [true]],
];

const nvmeProperties: typeof virtioProperties = [
  ['sriov_max_vfs', [0, 1, 3, 255, 256]],
  ['sriov_vq_flexible', [0, 3, 4, 20]],
  ['sriov_vi_flexible', [0, 1, 2, 20]],
  ['max_ioqpairs', [0, 1, 5, 6, 64]],
  ['msix_qsize', [0, 1, 2, 65, 2048, 2049]],
  ['sriov_max_vq_per_vf', [1, 2]],
  ['x-pcie-ari-nextfn-1', [true]],
];

const changes: readonly Change[] = [
  (_, random) => ({ bus: random.pick(['pcie.0', 'rp1', 'rp1', 'rp2', 'br']) }),
  (_, random) => ({ bus: random.pick(['rp1', 'rp2']) }),
  ({ number }, random) => ({
    number: Math.max(0, Math.min(256, number + random.pick([-8, -2, -1, 1, 1, 2, 8]))),
  }),
  (_, random) => ({ number: random.pick([0, 0, 1, 2, 7, 8, 128, 129, 241, 248, 249, 255, 256]) }),
  (_, random, all) => ({ number: random.pick(all).number }),
  (_, random) => ({ id: random.pick([null, null, 'rp1', 'serial', 'other']) }),
  (_, random, all) => ({ id: random.pick(all).id }),
  (_, random, all) => ({ sriovPf: random.pick(all).id }),
  (_, random) => ({ sriovPf: random.pick([null, 'nobody', 'rp1', 'pf0', 'pf1']) }),
  ({ multifunction }) => ({ multifunction: !multifunction }),
  ({ driver }, random) => withDriver(driver, random.pick(drivers)),
  withProperty,
  withProperty,
  withAnyProperty,
];

const anyValues = [
  true,
  false,
  'on',
  'off',
  'true',
  'auto',
  'yes',
  'half',
  0,
  1,
  2,
  64,
  256,
  512,
  1000,
  65536,
  2 ** 32,
  -1,
];

/** One change to a random device, or to the order of all. */
export function mutate(devices: readonly ComposedDevice[], random: Random): ComposedDevice[] {
  const changed = [...devices];
  const index = random.between(0, Math.max(0, devices.length - 1));
  const device = changed[index];
  if (device === undefined) return changed;
  const how = random.between(0, 9);
  if (how === 0) changed.splice(index, 1);
  else if (how === 1) changed.splice(random.between(0, devices.length), 0, copyOf(device, random));
  else if (how === 2) changed.splice(random.between(0, devices.length - 1), 0, ...changed.splice(index, 1));
  else if (how === 3) changed.push(...changed.splice(0, random.between(0, devices.length - 1)));
  else changed[index] = { ...device, ...random.pick(changes)(device, random, devices) };
  return changed;
}

function copyOf(device: ComposedDevice, random: Random): ComposedDevice {
  const number = device.number + random.pick([0, 1, 2, 3, 4]);
  return { ...device, number, id: random.chance(0.2) ? null : `${device.id ?? 'x'}-copy` };
}

/** A property of one driver is unknown to another. */
function withDriver(from: string, to: string): Partial<ComposedDevice> {
  return from === to ? {} : { driver: to, properties: {} };
}

function withProperty({ driver, properties }: ComposedDevice, random: Random): Partial<ComposedDevice> {
  const known = driver === 'nvme' ? nvmeProperties : driver === 'virtio-net-pci' ? virtioProperties : [];
  if (known.length === 0) return { properties: { ...properties, 'x-pcie-ari-nextfn-1': true } };
  const [name, values] = random.pick(known);
  return { properties: { ...properties, [name]: random.pick(values) } };
}

/** Any property that the device has, or one that it has not, with a value of any kind. */
function withAnyProperty({ driver, properties }: ComposedDevice, random: Random): Partial<ComposedDevice> {
  const known = [...(propertyTypes(driver)?.keys() ?? [])];
  if (known.length === 0) return {};
  const name = random.chance(0.1) ? 'no-such-property' : random.pick(known);
  return { properties: { ...properties, [name]: random.pick(anyValues) } };
}
