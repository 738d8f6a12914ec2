import { describe, expect, it } from 'vitest';
import { imageNames } from '../../../src/images/names.js';
import { imagesWithQemu } from '../../../src/images/names.js';
import { defaultImage, defaultMemoryMiB } from '../../../src/definition/defaults.js';
import { memoryMiBOf, memoryNeededMiB } from '../../../src/definition/relations.js';
import type { LabFile, MachineFile } from '../../../src/definition/shape.js';
import type { NicFile } from '../../../src/definition/shape-nic.js';
import { functionsOf, type Machine } from '../../../src/model/lab.js';
import { draft, lab } from '../../support/definition.js';

const nic: NicFile = { backend: 'user', vfs: 2 };

function machine(written: LabFile['machines'], name: string): Machine {
  const found = lab({ machines: written }).machines.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}

describe('the memory of a machine', () => {
  it('is what is written', () => {
    expect(machine({ server: { memory: '3G' }, guest: { on: 'server' } }, 'server').memoryMiB).toBe(3072);
  });

  it('grows with its functions, each counted once whatever the kind of NIC', () => {
    const memory = (written: MachineFile['nics']): number =>
      machine({ guest: { nics: written } }, 'guest').memoryMiB;
    expect(memory(undefined)).toBe(defaultMemoryMiB(0, []));
    expect(memory({ a: nic, b: { backend: 'user' } })).toBe(defaultMemoryMiB(4, []));
    expect(memory({ a: { model: 'virtio-net-multifunction', backend: 'user', functions: 4 } })).toBe(
      defaultMemoryMiB(4, []),
    );
  });

  it('has room for each machine inside and for what that holds in turn', () => {
    const written: LabFile['machines'] = {
      server: { nics: { a: nic } },
      host: { on: 'server' },
      one: { on: 'host', memory: '1G' },
      two: { on: 'host', nics: { a: nic } },
    };
    const two = defaultMemoryMiB(3, []);
    const host = defaultMemoryMiB(0, [1024, two]);
    expect(machine(written, 'host').memoryMiB).toBe(host);
    expect(machine(written, 'server').memoryMiB).toBe(defaultMemoryMiB(3, [host]));
    expect(host).toBeGreaterThan(1024 + two);
  });

  it('counts what is written for a machine inside, and what it needs where nothing is', () => {
    const written = draft({ machines: { server: { memory: '64M' }, guest: { on: 'server', memory: '4G' } } });
    expect(memoryMiBOf(written, 'server')).toBe(64);
    expect(memoryNeededMiB(written, 'server')).toBe(defaultMemoryMiB(0, [4096]));
  });

  it('has an end where machines are inside each other', () => {
    const written = draft({ machines: { a: { on: 'b' }, b: { on: 'a' }, c: { on: 'c' }, d: { on: 'c' } } });
    for (const name of ['a', 'b', 'c', 'd']) expect(memoryMiBOf(written, name)).toBeGreaterThan(0);
  });
});

describe('the image of a machine', () => {
  it('carries QEMU when machines run on it', () => {
    const written: LabFile['machines'] = { server: {}, guest: { on: 'server' } };
    expect(imagesWithQemu).toContain(machine(written, 'server').image);
    expect(machine(written, 'guest').image).toBe('micro');
  });

  it('is one that there is', () => {
    for (const name of [...imagesWithQemu, defaultImage(true), defaultImage(false)])
      expect(imageNames).toContain(name);
  });
});

describe('the IOMMU of a machine', () => {
  function iommus(backend: NicFile['backend'], outer: MachineFile = {}): Record<string, boolean> {
    const written = {
      server: { ...outer, nics: { nic0: nic, disk: { model: 'nvme' } } },
      guest: { on: 'server', nics: { pf0: { backend: 'user' as const, vfs: [{ backend }] } } },
    };
    return Object.fromEntries(lab({ machines: written }).machines.map((one) => [one.name, one.iommu]));
  }

  it('is there when vDPA is made of its functions, and else not', () => {
    expect(iommus({ vdpa: 'nic0.vf0' })).toEqual({ server: true, guest: false });
    expect(iommus('user')).toEqual({ server: false, guest: false });
    expect(iommus({ vdpa: '/dev/vhost-vdpa-0' })).toEqual({ server: false, guest: false });
  });

  it('is what is written', () => {
    expect(iommus('user', { iommu: true })['server']).toBe(true);
    expect(iommus({ vdpa: 'nic0.vf0' }, { iommu: false })['server']).toBe(false);
  });

  it('has the network functions behind it, and no storage', () => {
    const { nics } = machine(
      { server: { iommu: true, nics: { nic0: nic, disk: { model: 'nvme', vfs: 1 } } } },
      'server',
    );
    const behind = nics.map((one) => functionsOf(one).map(({ behindIommu }) => behindIommu));
    expect(behind).toEqual([
      [true, true, true],
      [false, false],
    ]);
  });
});

describe('a check without a machine', () => {
  const nested: LabFile = {
    networks: { lan: { subnet: '10.0.0.0/24' }, inner: { on: 'server', uplink: 'bridged.vf0' } },
    peers: { outside: { network: 'lan' } },
    machines: {
      server: {
        nics: Object.fromEntries(
          ['given', 'bridged', 'own'].map((name) => [name, { backend: { tap: 'lan' }, vfs: 2 }]),
        ),
      },
      guest: {
        on: 'server',
        nics: { pf0: { backend: { vdpa: 'given.vf1' }, vfs: [{ backend: { tap: 'inner' } }] } },
      },
    },
    checks: ['vf-creation', 'traffic'],
  };

  it('leaves the NICs alone that what is inside has taken', () => {
    const targets = lab(nested).checks.map(
      ({ check, on }) => `${check} ${String(on?.machine)} ${String(on?.nic)}`,
    );
    expect(targets).toEqual([
      'vf-creation server own',
      'vf-creation guest pf0',
      'traffic server own',
      'traffic guest pf0',
    ]);
  });
});
