import { nicModel } from '../devices/catalog.js';
import type { Nic, NicFunction } from '../model/lab.js';
import type { Qmp } from '../qemu/qmp.js';

type Monitor = Pick<Qmp, 'execute'>;

/** A device's state, as QEMU reports it. */
export interface DeviceState {
  readonly id: string;
  readonly realized: boolean;
  readonly hotplugged: boolean;
}

/** Where QEMU's object tree contains devices with an id, and devices that another device created. */
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

/** The QOM paths of PCI devices that other devices created, by bus and place. */
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
      // It has no address, so it is not a PCI device.
    }
  }
  return found;
}

/** Built-in VFs have no id. Each is on the PF's bus, and its `addr` is its function number there. */
async function fixedVfPaths(qmp: Monitor, { pf }: Nic): Promise<(vf: NicFunction) => string | undefined> {
  const bus = await property(qmp, `${NAMED}/${pf.id}`, 'parent_bus');
  const devices = await unnamedDevices(qmp);
  return (vf) => devices.get(placeKey(bus, vf.number));
}

/** The state of a device that has an id. */
export async function namedDevice(qmp: Monitor, id: string): Promise<DeviceState> {
  return deviceState(qmp, id, `${NAMED}/${id}`);
}

/** The state of each VF's device, in order. If QEMU has no device for a VF, `realized` is false. */
export async function vfDevices(qmp: Monitor, nic: Nic): Promise<DeviceState[]> {
  const pathOf =
    nicModel(nic.model).vfs === 'fixed'
      ? await fixedVfPaths(qmp, nic)
      : (vf: NicFunction): string => `${NAMED}/${vf.id}`;
  return Promise.all(nic.vfs.map(async (vf) => deviceState(qmp, vf.id, pathOf(vf))));
}
