import { nicModel } from '../devices/catalog.js';
import type { Nic, NicFunction } from '../model/lab.js';
import type { Qmp } from '../qemu/qmp.js';

type Monitor = Pick<Qmp, 'execute'>;

/** What QEMU says of a device. */
export interface DeviceState {
  readonly id: string;
  readonly realized: boolean;
  readonly hotplugged: boolean;
}

/** Where QEMU puts what it was given an id for, and what a device made by itself. */
const NAMED = '/machine/peripheral';
const UNNAMED = '/machine/unattached';

async function property(qmp: Monitor, path: string, name: string): Promise<unknown> {
  return qmp.execute('qom-get', { path, property: name });
}

async function deviceState(qmp: Monitor, id: string, path: string | undefined): Promise<DeviceState> {
  const missing = { id, realized: false, hotplugged: true };
  if (path === undefined) return missing;
  try {
    const [realized, hotplugged] = await Promise.all([
      property(qmp, path, 'realized'),
      property(qmp, path, 'hotplugged'),
    ]);
    return { id, realized: realized === true, hotplugged: hotplugged !== false };
  } catch {
    return missing;
  }
}

function placeKey(bus: unknown, number: unknown): string {
  return `${String(bus)} ${String(number)}`;
}

/** The PCI devices that other devices have made, by bus and place: their QOM paths. */
async function unnamedDevices(qmp: Monitor): Promise<Map<string, string>> {
  const children = (await qmp.execute('qom-list', { path: UNNAMED })) as { name: string }[];
  const found = new Map<string, string>();
  for (const { name } of children) {
    if (!name.startsWith('device[')) continue;
    const path = `${UNNAMED}/${name}`;
    try {
      const place = placeKey(await property(qmp, path, 'parent_bus'), await property(qmp, path, 'addr'));
      found.set(place, path);
    } catch {
      // Without an address: no PCI device.
    }
  }
  return found;
}

/** Fixed VFs have no id. They are on the PF's bus, each at its place: `addr` is the number of its function there. */
async function fixedVfPaths(qmp: Monitor, { pf }: Nic): Promise<(vf: NicFunction) => string | undefined> {
  const bus = await property(qmp, `${NAMED}/${pf.id}`, 'parent_bus');
  const devices = await unnamedDevices(qmp);
  return (vf) => devices.get(placeKey(bus, vf.number));
}

/** The state of a device that has an id. */
export async function namedDevice(qmp: Monitor, id: string): Promise<DeviceState> {
  return deviceState(qmp, id, `${NAMED}/${id}`);
}

/** The state of the device of each VF of a NIC, in order. A VF that QEMU has no device for is `realized: false`. */
export async function vfDevices(qmp: Monitor, nic: Nic): Promise<DeviceState[]> {
  const pathOf =
    nicModel(nic.model).vfs === 'fixed'
      ? await fixedVfPaths(qmp, nic)
      : (vf: NicFunction): string => `${NAMED}/${vf.id}`;
  return Promise.all(nic.vfs.map(async (vf) => deviceState(qmp, vf.id, pathOf(vf))));
}
