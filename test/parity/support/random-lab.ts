import { nicModel, nicModelNames } from '../../../src/devices/catalog.js';
import type { NicModel } from '../../../src/devices/nic-model.js';
import type { BusFile, LabFile } from '../../../src/definition/shape.js';
import type { FunctionFile, FunctionsFile, NicFile } from '../../../src/definition/shape-nic.js';
import type { Random } from './random.js';

const MACHINE = 'guest';

/** How often a key that may be left out is written. */
const SELDOM = 0.08;
const SOMETIMES = 0.2;

/** Properties that decide something. */
const properties: Readonly<Record<string, readonly Readonly<Record<string, string | number | boolean>>[]>> = {
  'virtio-net-pci': [
    { 'disable-legacy': false },
    { 'disable-legacy': 'on' },
    { 'disable-legacy': 'yes' },
    { iommu_platform: true },
    { 'disable-modern': true },
    { 'page-per-vq': true },
    { 'modern-pio-notify': 'on' },
    { host_mtu: 1400 },
    { multifunction: true },
    { multifunction: 'on', failover: true },
  ],
  nvme: [
    { sriov_vq_flexible: 3 },
    { sriov_vi_flexible: 1 },
    { max_ioqpairs: 4 },
    { msix_qsize: 2 },
    { multifunction: true },
  ],
};
const otherProperties = [
  { multifunction: true },
  { 'x-pcie-ari-nextfn-1': true },
  { 'no-such-property': 1 },
  { 'x-pcie-ext-tag': 'maybe' },
];

/** A lab of one machine as a person might write it, with now and then a setting that QEMU may not like. */
export function randomLab(random: Random, mostVfs: number): LabFile {
  const buses = Object.fromEntries(
    ['shared', 'second', 'old']
      .slice(0, random.between(0, 3))
      .map((name, index): [string, BusFile] => [
        name,
        index === 2 || random.chance(SELDOM) ? 'pci-bridge' : 'root-port',
      ]),
  );
  const names = ['pf0', 'pf1', random.pick(['pf2', 'lan', 'serial', 'port-pf0', 'subsys'])];
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const where = { nics: names.slice(0, count), buses: [...Object.keys(buses), 'pcie.0'] };
  const nics = Object.fromEntries(where.nics.map((name) => [name, randomNic(random, where, mostVfs)]));
  return { machines: { [MACHINE]: { buses, nics } } };
}

interface Where {
  readonly nics: readonly string[];
  readonly buses: readonly string[];
}

function randomNic(random: Random, where: Where, mostVfs: number): NicFile {
  const model = nicModel(random.chance(0.6) ? 'virtio-net' : random.pick(nicModelNames()));
  const may = (key: string): boolean => (model.pfKeys as readonly string[]).includes(key);
  return {
    model: model.name,
    ...(model.kind === 'network' ? { backend: 'user' as const } : {}),
    ...settings(random, where, model, may),
    ...(model.vfs === 'composed' && random.chance(SELDOM) ? { order: 'pf-first' as const } : {}),
    ...(model.maxVfs > 0
      ? {
          vfs: randomFunctions(
            random,
            where,
            model,
            Math.min(model.maxVfs, random.pick([0, 1, 2, 2, 3, 4, 9, mostVfs])),
          ),
        }
      : {}),
    ...(model.maxFunctions > 1
      ? { functions: randomFunctions(random, where, model, random.between(1, model.maxFunctions)) }
      : {}),
  };
}

/** Their number, or in a list or by name what each sets. */
function randomFunctions(random: Random, where: Where, model: NicModel, count: number): FunctionsFile {
  if (random.chance(0.4) || model.functionKeys.length === 0) return count;
  const may = (key: string): boolean => (model.functionKeys as readonly string[]).includes(key);
  const list = Array.from({ length: count }, (): FunctionFile => ({
    ...settings(random, where, model, may),
    ...(may('pf') && random.chance(SOMETIMES / 2)
      ? { pf: random.pick([...where.nics, 'nobody', 'serial']) }
      : {}),
    ...(may('model') && random.chance(SELDOM / 2) ? { model: random.pick(nicModelNames()) } : {}),
  }));
  return random.chance(0.5) ? list : Object.fromEntries(list.map((written, index) => [`v${index}`, written]));
}

/** What a NIC and each of its functions may set alike. */
function settings(
  random: Random,
  where: Where,
  model: NicModel,
  may: (key: string) => boolean,
): Pick<FunctionFile, 'addr' | 'bus' | 'vectors' | 'queues' | 'properties'> {
  const wants = (key: string, often: number): boolean => may(key) && random.chance(often);
  return {
    ...(wants('addr', SELDOM)
      ? { addr: random.pick(['0.0', '0.1', '0.2', 0.3, '0.7', '1.0', '1.1', '10.0', '1f.7']) }
      : {}),
    ...(wants('bus', SOMETIMES / 2) ? { bus: random.pick(where.buses) } : {}),
    ...(wants('vectors', SELDOM) ? { vectors: random.pick([0, 3, 4, 64]) } : {}),
    ...(wants('queues', SELDOM) ? { queues: random.pick([1, 2, 4]) } : {}),
    ...(wants('properties', SELDOM)
      ? { properties: random.pick([...otherProperties, ...(properties[model.qemuDriver] ?? [])]) }
      : {}),
  };
}
