import { describe, expect, it } from 'vitest';
import { judge, type QemuSnapshot } from '../../../src/checks/hotplug-free/run.js';
import type { QmpEvent } from '../../../src/qemu/qmp.js';

const device = { realized: true, hotplugged: false };

function snapshot(changes: Partial<QemuSnapshot> = {}): QemuSnapshot {
  return {
    devices: [
      { id: 'pf0.vf0', ...device },
      { id: 'pf0.vf1', ...device },
    ],
    qomTree: '/machine (pc-q35-machine)\n  /peripheral (container)\n    /pf0.vf0 (virtio-net-pci)\n',
    resources: { openFiles: 40, smallMappingsKiB: 90_000 },
    ...changes,
  };
}

/** The titles of what failed, with the diagnostics. */
function failed(
  before: QemuSnapshot,
  after: QemuSnapshot,
  events: readonly QmpEvent[] = [],
): [string, readonly string[]][] {
  return judge(before, after, events).flatMap(({ ok, title, diagnostics }) =>
    ok ? [] : [[title, diagnostics] as [string, readonly string[]]],
  );
}

describe('what is judged of QEMU from outside', () => {
  it('passes when nothing has changed, with less held than before, and with other events', () => {
    expect(failed(snapshot(), snapshot())).toEqual([]);
    expect(failed(snapshot(), snapshot({ resources: { openFiles: 39, smallMappingsKiB: 10 } }))).toEqual([]);
    expect(failed(snapshot(), snapshot(), [{ event: 'NIC_RX_FILTER_CHANGED', data: {} }])).toEqual([]);
    expect(judge(snapshot(), snapshot(), [])).toHaveLength(6);
  });

  it('fails when a VF’s device is not realized', () => {
    const before = snapshot({
      devices: [
        { id: 'pf0.vf0', ...device },
        { id: 'pf0.vf1', ...device, realized: false },
      ],
    });
    expect(failed(before, snapshot())).toEqual([
      ['QEMU has realized the device of each VF before anything is enabled', ['not realized: pf0.vf1']],
    ]);
  });

  it('fails when a VF was hotplugged', () => {
    const before = snapshot({ devices: [{ id: 'pf0.vf0', ...device, hotplugged: true }] });
    expect(failed(before, snapshot())).toEqual([['no VF is a hotplugged device', ['hotplugged: pf0.vf0']]]);
  });

  it.each(['DEVICE_DELETED', 'DEVICE_UNPLUG_GUEST_ERROR', 'ACPI_DEVICE_OST', 'MEM_UNPLUG_ERROR'])(
    'fails when QMP raised %s',
    (event) => {
      expect(failed(snapshot(), snapshot(), [{ event, data: { device: 'pf0.vf0' } }])).toEqual([
        ['QMP raised no device event', [`${event} {"device":"pf0.vf0"}`]],
      ]);
    },
  );

  it('fails when an object came or went, and shows which', () => {
    const tree = snapshot().qomTree;
    const more = snapshot({ qomTree: `${tree}    /pf0.vf1 (virtio-net-pci)\n` });
    expect(failed(snapshot(), more)).toEqual([
      ['QEMU’s object tree is the same after the cycles', ['new: /pf0.vf1 (virtio-net-pci)']],
    ]);
    expect(failed(more, snapshot())).toEqual([
      ['QEMU’s object tree is the same after the cycles', ['gone: /pf0.vf1 (virtio-net-pci)']],
    ]);
  });

  it('fails when an object is there twice that was there once', () => {
    const tree = snapshot().qomTree;
    const twice = snapshot({ qomTree: `${tree}    /pf0.vf0 (virtio-net-pci)\n` });
    expect(failed(snapshot(), twice)).toHaveLength(1);
  });

  it('fails with one more open file', () => {
    const after = snapshot({ resources: { openFiles: 41, smallMappingsKiB: 90_000 } });
    expect(failed(snapshot(), after)).toEqual([
      ['QEMU has no more files open than before the cycles', ['before: 40', 'after: 41']],
    ]);
  });

  it('fails when its memory has grown past what its allocator keeps', () => {
    const grown = (by: number): QemuSnapshot =>
      snapshot({ resources: { openFiles: 40, smallMappingsKiB: 90_000 + by } });
    expect(failed(snapshot(), grown(16))).toEqual([]);
    expect(failed(snapshot(), grown(16 * 1024)).map(([title]) => title)).toEqual([
      'QEMU’s own memory has not grown',
    ]);
  });
});
