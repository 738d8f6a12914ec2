import { DEFAULT_NIC_MODEL, nicModel } from '../devices/catalog.js';
import type { NicModel } from '../devices/nic-model.js';
import type { BackendFile, FunctionFile, NicFile } from '../model/lab-file.js';
import {
  functionsOf,
  type Backend,
  type Bus,
  type Machine,
  type Network,
  type Nic,
  type NicFunction,
  type Segment,
} from '../model/lab.js';
import type { AddressPool } from './addresses.js';
import { busId, ownPort } from './buses.js';
import { DEFAULT_MTU, DEFAULT_STORAGE_MIB } from './defaults.js';
import type { InterfaceNames } from './interface-names.js';
import type { MacPool } from './macs.js';
import type { Place, Places } from './places.js';
import { sizeMiB } from './units.js';
import { isChardev, tapOf, vdpaOf } from './written-backend.js';
import { writtenFunctions, writtenVfs } from './written-functions.js';

/** What hands out names and addresses within one lab. */
export interface Naming {
  readonly macs: MacPool;
  readonly interfaces: InterfaceNames;
  readonly addresses: ReadonlyMap<string, AddressPool>;
  readonly networks: readonly Network[];
  /** Those that have been resolved, by name: whatever is around a machine comes before it. */
  readonly machines: Map<string, Machine>;
  segmentBehind(machine: string, backend: BackendFile | undefined): Segment | null;
}

/** What hands out places within one machine. */
export interface Slots {
  readonly machine: string;
  /** The machine around it. */
  readonly on: string | undefined;
  readonly iommu: boolean;
  readonly buses: readonly Bus[];
  readonly places: Places;
}

function resolveBackend(backend: BackendFile, owner: string, naming: Naming): Backend {
  const vdpa = vdpaOf(backend);
  if (vdpa !== undefined) {
    if (isChardev(vdpa)) return { type: 'vdpa', device: vdpa, of: null };
    return { type: 'vdpa', device: `vdpa/${owner}`, of: vdpa };
  }
  const tap = tapOf(backend);
  if (tap === undefined) return { type: 'user' };
  return {
    type: 'tap',
    network: tap.tap,
    ifname: naming.interfaces.take(owner),
    vlan: tap.vlan ?? null,
    vhost: tap.vhost ?? 'auto',
  };
}

interface Wanted {
  readonly name: string;
  readonly id: string;
  readonly written: FunctionFile;
  readonly place: Place;
  /** Undefined: the function has none of its own. */
  readonly backend: BackendFile | undefined;
  readonly sriovPf: string | null;
}

/**
 * A vDPA device has the MAC of the function that it is made of, and QEMU (hw/net/virtio-net.c) refuses any other for what it is
 * the backend of.
 */
function macOfVdpa(backend: Backend | null, { on }: Slots, naming: Naming): string | null {
  const around = on === undefined ? undefined : naming.machines.get(on);
  if (around === undefined || backend?.type !== 'vdpa') return null;
  return around.nics.flatMap(functionsOf).find(({ id }) => id === backend.of)?.mac ?? null;
}

function resolveFunction(wanted: Wanted, nic: NicFile, slots: Slots, naming: Naming): NicFunction {
  const { name, id, written, place, sriovPf } = wanted;
  const owner = `${slots.machine}-${id}`;
  const model = written.model ?? nic.model ?? DEFAULT_NIC_MODEL;
  const backend = wanted.backend === undefined ? null : resolveBackend(wanted.backend, owner, naming);
  const segment = naming.segmentBehind(slots.machine, wanted.backend ?? nic.backend);
  const network = naming.networks.find((one) => one.name === segment?.network);
  return {
    name,
    id,
    model,
    ...place,
    mac:
      nicModel(model).kind === 'storage'
        ? null
        : (macOfVdpa(backend, slots, naming) ?? naming.macs.take(owner, written.mac)),
    address: network === undefined ? null : (naming.addresses.get(network.name)?.next('function') ?? null),
    mtu: written.mtu ?? nic.mtu ?? network?.mtu ?? DEFAULT_MTU,
    queues: written.queues ?? nic.queues ?? 1,
    vectors: written.vectors ?? nic.vectors ?? null,
    backend,
    segment,
    behindIommu: slots.iommu && nicModel(model).kind === 'network',
    sriovPf,
    properties: written.properties ?? {},
  };
}

/** Settings that a NIC has for its first function; it shares queues and vectors with its VFs. */
function pfSettings(nic: NicFile): FunctionFile {
  return { mac: nic.mac, properties: nic.properties };
}

function resolveVfs(
  name: string,
  nic: NicFile,
  model: NicModel,
  pf: NicFunction,
  slots: Slots,
  naming: Naming,
): NicFunction[] {
  let last = pf.number;
  const { first, stride } = model.vfPlacement;
  const composed = model.vfs === 'composed';
  return writtenVfs(nic).map(({ name: vfName, written }, index) => {
    const bus = written.bus === undefined ? pf.bus : busId(written.bus);
    const place = slots.places.after(last, index === 0 ? first : stride, bus, written.addr);
    last = place.number;
    return resolveFunction(
      {
        name: vfName,
        id: `${name}.${vfName}`,
        written,
        place,
        backend: composed ? (written.backend ?? nic.backend) : undefined,
        sriovPf: composed ? (written.pf ?? name) : null,
      },
      nic,
      slots,
      naming,
    );
  });
}

/** The functions of a conventional multifunction device; the first stands where a PF would. */
function resolveSiblings(
  name: string,
  nic: NicFile,
  start: Place,
  slots: Slots,
  naming: Naming,
): NicFunction[] {
  let last = start.number - 1;
  return writtenFunctions(nic).map(({ name: functionName, written }) => {
    const place = slots.places.after(last, 1, start.bus, written.addr);
    last = place.number;
    return resolveFunction(
      {
        name: functionName,
        id: `${name}.${functionName}`,
        written,
        place,
        backend: written.backend ?? nic.backend,
        sriovPf: null,
      },
      nic,
      slots,
      naming,
    );
  });
}

/** A NIC of a valid definition, with its functions. */
export function resolveNic(name: string, nic: NicFile, slots: Slots, naming: Naming): Nic {
  const model = nicModel(nic.model ?? DEFAULT_NIC_MODEL);
  const bus = nic.bus === undefined ? ownPort(name) : busId(nic.bus);
  const oneDevice = slots.buses.find(({ id }) => id === bus)?.type === 'root-port';
  const place = slots.places.forDevice(bus, nic.addr, oneDevice);
  const common = {
    name,
    model: model.name,
    order: nic.order ?? 'vfs-first',
    sizeMiB: model.kind === 'storage' ? sizeMiB(nic.size ?? `${DEFAULT_STORAGE_MIB}M`) : null,
  } as const;
  const [first, ...siblings] = resolveSiblings(name, nic, place, slots, naming);
  if (first !== undefined) return { ...common, pf: first, vfs: [], siblings };
  const pf = resolveFunction(
    { name, id: name, written: pfSettings(nic), place, backend: nic.backend, sriovPf: null },
    nic,
    slots,
    naming,
  );
  return { ...common, pf, vfs: resolveVfs(name, nic, model, pf, slots, naming), siblings: [] };
}
