import { nicModel } from '../devices/catalog.js';
import type { Backend, Bus, Nic, NicFunction } from '../model/lab.js';
import { busId, busOfNic } from './buses.js';
import { DEFAULT_MTU } from './defaults.js';
import type { DraftBackend, DraftFunction, DraftNic } from './draft.js';
import type { Naming } from './naming.js';
import type { Place, Places } from './places.js';
import { macSource, segmentBehind } from './relations.js';

/** What hands out places within one machine. */
export interface Slots {
  readonly machine: string;
  readonly iommu: boolean;
  readonly buses: readonly Bus[];
  readonly places: Places;
}

function resolveBackend(backend: DraftBackend, owner: string, naming: Naming): Backend {
  switch (backend.type) {
    case 'user':
      return { type: 'user' };
    case 'vdpa':
      return { type: 'vdpa', device: backend.device ?? `vdpa/${owner}`, of: backend.of };
    case 'tap': {
      const { network, vlan, vhost } = backend;
      return { type: 'tap', network, ifname: naming.interfaces.take(owner), vlan, vhost };
    }
  }
}

/** QEMU (hw/net/virtio-net.c) refuses a MAC that is not the vDPA device's. */
function macOf(pciFunction: DraftFunction, naming: Naming): string {
  const { machine, id, mac } = macSource(naming.draft, pciFunction);
  return naming.macs.take(`${machine}-${id}`, mac);
}

interface Placed {
  readonly place: Place;
  /** Whether it has a backend of its own: VFs that a device makes by itself share the PF's. */
  readonly ownBackend: boolean;
  readonly sriovPf: string | null;
}

function resolveFunction(
  pciFunction: DraftFunction,
  { place, ownBackend, sriovPf }: Placed,
  slots: Slots,
  naming: Naming,
): NicFunction {
  const { name, id, model, backend } = pciFunction;
  const own = ownBackend && backend !== null ? backend : null;
  const segment = segmentBehind(naming.draft, slots.machine, backend);
  const network = naming.networkNamed.get(segment?.network);
  const isNetwork = nicModel(model).kind === 'network';
  return {
    name,
    id,
    model,
    ...place,
    mac: isNetwork ? macOf(pciFunction, naming) : null,
    address: network === undefined ? null : (naming.addresses.get(network.name)?.next('function') ?? null),
    mtu: pciFunction.mtu ?? network?.mtu ?? DEFAULT_MTU,
    queues: pciFunction.queues,
    vectors: pciFunction.vectors,
    backend: own === null ? null : resolveBackend(own, `${slots.machine}-${id}`, naming),
    segment,
    behindIommu: slots.iommu && isNetwork,
    sriovPf,
    properties: pciFunction.properties,
  };
}

function resolveVfs(nic: DraftNic, pf: NicFunction, slots: Slots, naming: Naming): NicFunction[] {
  const { vfPlacement, vfs } = nicModel(nic.model);
  const composed = vfs === 'composed';
  let last = pf.number;
  return nic.functions
    .filter(({ kind }) => kind === 'vf')
    .map((vf, index) => {
      const bus = vf.bus === null ? pf.bus : busId(vf.bus);
      const distance = index === 0 ? vfPlacement.first : vfPlacement.stride;
      const place = slots.places.after(last, distance, bus, vf.addr);
      last = place.number;
      const sriovPf = composed ? (vf.pf ?? nic.name) : null;
      return resolveFunction(vf, { place, ownBackend: composed, sriovPf }, slots, naming);
    });
}

/** The functions of a conventional multifunction device; the first takes the place of a PF. */
function resolveSiblings(nic: DraftNic, start: Place, slots: Slots, naming: Naming): NicFunction[] {
  let last = start.number - 1;
  return nic.functions
    .filter(({ kind }) => kind === 'function')
    .map((one) => {
      const place = slots.places.after(last, 1, start.bus, one.addr);
      last = place.number;
      return resolveFunction(one, { place, ownBackend: true, sriovPf: null }, slots, naming);
    });
}

/** A NIC of a sound definition, with its functions. */
export function resolveNic(nic: DraftNic, slots: Slots, naming: Naming): Nic {
  const { name, model, order } = nic;
  const bus = busOfNic(nic);
  const oneDevice = slots.buses.find(({ id }) => id === bus)?.type === 'root-port';
  const place = slots.places.forDevice(bus, nic.addr, oneDevice);
  const sizeMiB = nicModel(model).kind === 'storage' ? nic.sizeMiB : null;
  const common = { name, model, order, sizeMiB };
  const [first, ...siblings] = resolveSiblings(nic, place, slots, naming);
  if (first !== undefined) return { ...common, pf: first, vfs: [], siblings };
  const [pfDraft] = nic.functions;
  if (pfDraft === undefined) throw new Error(`NIC ${name} has no function`);
  const pf = resolveFunction(pfDraft, { place, ownBackend: true, sriovPf: null }, slots, naming);
  return { ...common, pf, vfs: resolveVfs(nic, pf, slots, naming), siblings: [] };
}
