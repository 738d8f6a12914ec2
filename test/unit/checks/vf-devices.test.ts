import { describe, expect, it } from 'vitest';
import { vfDevices } from '../../../src/checks/vf-devices.js';
import { lab, labWithNic, onlyNic } from '../../support/definition.js';

type Properties = Readonly<Record<string, unknown>>;

const BUS = '/machine/peripheral/port-pf0/port-pf0';
const present = { realized: true, hotplugged: false };

/** A QEMU that has these objects. */
function qemuWith(objects: Readonly<Record<string, Properties>>) {
  return {
    async execute(command: string, args: Properties = {}): Promise<unknown> {
      const path = String(args['path']);
      if (command === 'qom-list') {
        const names = Object.keys(objects).flatMap((known) =>
          known.startsWith(`${path}/`) ? [known.slice(path.length + 1)] : [],
        );
        return Promise.resolve(names.map((name) => ({ name, type: 'child<thing>' })));
      }
      const value = objects[path]?.[String(args['property'])];
      return value === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(value);
    },
  };
}

const igb = onlyNic(labWithNic({ model: 'igb', vfs: 2 }));
const nvme = onlyNic(lab({ machines: { guest: { nics: { disk: { model: 'nvme', vfs: 1 } } } } }));

describe('the devices of VFs in QEMU', () => {
  it('are found by their ids when each is a device of its own', async () => {
    const nic = onlyNic(labWithNic({ vfs: 2 }));
    const qemu = qemuWith({
      '/machine/peripheral/pf0.vf0': present,
      '/machine/peripheral/pf0.vf1': { realized: false, hotplugged: true },
    });
    expect(await vfDevices(qemu, nic)).toEqual([
      { id: 'pf0.vf0', realized: true, hotplugged: false },
      { id: 'pf0.vf1', realized: false, hotplugged: true },
    ]);
  });

  it('are found by their places on the PF’s bus when their device has made them', async () => {
    const qemu = qemuWith({
      '/machine/peripheral/pf0': { parent_bus: BUS, addr: 0 },
      '/machine/unattached/sysbus': {},
      '/machine/unattached/device[0]': { realized: true },
      '/machine/unattached/device[7]': { ...present, parent_bus: BUS, addr: 130 },
      '/machine/unattached/device[8]': { ...present, parent_bus: BUS, addr: 128, hotplugged: true },
    });
    expect(await vfDevices(qemu, igb)).toEqual([
      { id: 'pf0.vf0', realized: true, hotplugged: true },
      { id: 'pf0.vf1', realized: true, hotplugged: false },
    ]);
  });

  it('are not there when QEMU has none at that place, or only on another bus', async () => {
    const qemu = qemuWith({
      '/machine/peripheral/pf0': { parent_bus: BUS, addr: 0 },
      '/machine/unattached/device[8]': { ...present, parent_bus: BUS, addr: 128 },
      '/machine/unattached/device[9]': { ...present, parent_bus: '/machine/other', addr: 130 },
    });
    expect((await vfDevices(qemu, igb)).map(({ realized }) => realized)).toEqual([true, false]);
  });

  it('follow the PF of a storage device at once', async () => {
    const qemu = qemuWith({
      '/machine/peripheral/disk': { parent_bus: BUS, addr: 0 },
      '/machine/unattached/device[8]': { ...present, parent_bus: BUS, addr: 1 },
    });
    expect(await vfDevices(qemu, nvme)).toEqual([{ id: 'disk.vf0', realized: true, hotplugged: false }]);
  });
});
