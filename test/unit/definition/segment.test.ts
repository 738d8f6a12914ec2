import { describe, expect, it } from 'vitest';
import { draftBackend } from '../../../src/definition/draft-nic.js';
import { networkOutside, segmentBehind } from '../../../src/definition/relations.js';
import type { LabFile, MachineFile } from '../../../src/definition/shape.js';
import type { BackendFile } from '../../../src/definition/shape-nic.js';
import { functionsOf } from '../../../src/model/lab.js';
import { draft, lab } from '../../support/definition.js';

const server: MachineFile = {
  nics: {
    nic0: {
      backend: { tap: 'wire', vlan: 10 },
      vfs: [{}, { backend: { tap: 'wire', vlan: 20 } }, { backend: 'user' }],
    },
    cards: { model: 'virtio-net-multifunction', backend: { tap: 'lan' }, functions: 2 },
  },
};
const host: MachineFile = {
  on: 'server',
  nics: {
    pf0: {
      backend: { vdpa: 'nic0.vf0' },
      vfs: { direct: { backend: { vdpa: 'nic0.vf1' } }, bridged: { backend: { tap: 'inner' } } },
    },
  },
};
const nested: LabFile = {
  networks: {
    wire: { vlans: [10, 20], mtu: 9000 },
    lan: null,
    inner: { on: 'server', uplink: 'nic0.vf1' },
    innermost: { on: 'host', uplink: 'pf0.bridged' },
    alone: { on: 'host' },
    nowhere: { on: 'server', uplink: 'nic0.vf2' },
  },
  machines: { server, host, guest: { on: 'host' } },
};

function behind(machine: string, backend: BackendFile | undefined): unknown {
  const written = backend === undefined ? null : draftBackend(backend, []);
  return segmentBehind(draft(nested), machine, written);
}

describe('where a function’s packets come out', () => {
  it('is the network of its tap, and the VLAN of its port', () => {
    expect(behind('server', { tap: 'lan' })).toEqual({ network: 'lan', vlan: null });
    expect(behind('server', { tap: 'wire', vlan: 20 })).toEqual({ network: 'wire', vlan: 20 });
  });

  it('is where the function comes out that its vDPA device is made of', () => {
    expect(behind('host', { vdpa: 'nic0' })).toEqual({ network: 'wire', vlan: 10 });
    expect(behind('host', { vdpa: 'nic0.vf0' })).toEqual({ network: 'wire', vlan: 10 });
    expect(behind('host', { vdpa: 'nic0.vf1' })).toEqual({ network: 'wire', vlan: 20 });
    expect(behind('host', { vdpa: 'cards.fn1' })).toEqual({ network: 'lan', vlan: null });
  });

  it('is found through vDPA in two machines, by a VF’s number or name', () => {
    expect(behind('guest', { vdpa: 'pf0' })).toEqual({ network: 'wire', vlan: 10 });
    expect(behind('guest', { vdpa: 'pf0.direct' })).toEqual({ network: 'wire', vlan: 20 });
  });

  it('is found through the uplinks of bridges, and through both in turn', () => {
    expect(behind('host', { tap: 'inner' })).toEqual({ network: 'wire', vlan: 20 });
    expect(behind('guest', { tap: 'innermost' })).toEqual({ network: 'wire', vlan: 20 });
    expect(behind('guest', { vdpa: 'pf0.bridged' })).toEqual({ network: 'wire', vlan: 20 });
  });

  it('is a network inside a machine, when that has no uplink', () => {
    expect(behind('guest', { tap: 'alone' })).toEqual({ network: 'alone', vlan: null });
  });

  it.each<[string, string, BackendFile | undefined]>([
    ['without a backend', 'server', undefined],
    ['on a user network', 'server', 'user'],
    ['on a given device', 'server', { vdpa: '/dev/vhost-vdpa-0' }],
    ['by a function on a user network', 'host', { vdpa: 'nic0.vf2' }],
    ['by an uplink on a user network', 'host', { tap: 'nowhere' }],
  ])('is none of the lab’s networks %s', (_what, machine, backend) => {
    expect(behind(machine, backend)).toBeNull();
  });
});

describe('a definition that does not hold together', () => {
  it.each<[string, string, BackendFile]>([
    ['vDPA with no machine around', 'server', { vdpa: 'nic0.vf0' }],
    ['vDPA of a NIC that is not there', 'host', { vdpa: 'nic7' }],
    ['vDPA of a VF that is not there', 'host', { vdpa: 'nic0.vf7' }],
    ['a machine that is not there', 'nobody', { vdpa: 'nic0.vf0' }],
    ['a bridge inside another machine than the tap', 'server', { tap: 'inner' }],
  ])('has no segment: %s', (_what, machine, backend) => {
    expect(behind(machine, backend)).toBeNull();
  });

  it('has none where machines are inside each other, or leads to itself', () => {
    const nic = { pf0: { backend: { vdpa: 'pf0' } } };
    const ring = draft({
      networks: { loop: { on: 'a', uplink: 'pf0' } },
      machines: { a: { on: 'b', nics: nic }, b: { on: 'a', nics: nic }, c: { on: 'c', nics: nic } },
    });
    for (const machine of ['a', 'b', 'c'])
      expect(segmentBehind(ring, machine, draftBackend({ vdpa: 'pf0' }, []))).toBeNull();
    expect(segmentBehind(ring, 'b', draftBackend({ tap: 'loop' }, []))).toBeNull();
    expect(networkOutside(ring, 'loop')).toBeNull();
  });
});

describe('the network outside of one', () => {
  it('is where its uplink comes out, through as many machines as there are', () => {
    expect(
      ['inner', 'innermost', 'alone', 'nowhere', 'lan', 'none'].map((name) =>
        networkOutside(draft(nested), name),
      ),
    ).toEqual(['wire', 'wire', null, null, null, null]);
  });

  it('gives its MTU to the bridges that lead to it, and to the functions on them', () => {
    const resolved = lab({
      ...nested,
      machines: { server, host, guest: { on: 'host', nics: { pf0: { backend: { tap: 'innermost' } } } } },
    });
    expect(resolved.networks.map(({ name, mtu }) => [name, mtu])).toEqual([
      ['wire', 9000],
      ['lan', 1500],
      ['inner', 9000],
      ['innermost', 9000],
      ['alone', 1500],
      ['nowhere', 1500],
    ]);
    expect(
      resolved.machines
        .at(-1)
        ?.nics.flatMap(functionsOf)
        .map(({ mtu }) => mtu),
    ).toEqual([9000]);
  });

  it('gives every function that comes out there an address of its own in it', () => {
    const resolved = lab({
      networks: { wire: { subnet: '10.0.0.0/24' }, inner: { on: 'server', uplink: 'nic0.vf1' } },
      peers: { outside: { network: 'wire', address: '10.0.0.1' } },
      machines: {
        server: { nics: { nic0: { backend: { tap: 'wire' }, vfs: 2 } } },
        guest: {
          on: 'server',
          nics: { pf0: { backend: { vdpa: 'nic0.vf0' }, vfs: [{ backend: { tap: 'inner' } }] } },
        },
      },
    });
    const addresses = resolved.machines.flatMap(({ nics }) =>
      nics.flatMap(functionsOf).map(({ address }) => address),
    );
    expect(new Set([...addresses, '10.0.0.1/24']).size).toBe(6);
    for (const address of addresses) expect(address).toMatch(/^10\.0\.0\.\d+\/24$/);
  });
});
