import { describe, expect, it } from 'vitest';
import { addressToNumber, isHostAddress, parseSubnet } from '../../../src/model/ipv4.js';
import { InterfaceNames } from '../../../src/definition/interface-names.js';
import type { LabFile } from '../../../src/definition/shape.js';
import { functionsOf, hostAddress, type Lab } from '../../../src/model/lab.js';
import { lab, labWithNic, onlyMachine, onlyNic } from '../../support/definition.js';

function allFunctions(of: Lab): readonly ReturnType<typeof functionsOf>[number][] {
  return of.machines.flatMap(({ nics }) => nics.flatMap(functionsOf));
}

function interfacesOf(of: Lab): string[] {
  return [
    ...of.networks.map(({ bridge }) => bridge),
    ...of.peers.map(({ bridgePort }) => bridgePort),
    ...allFunctions(of).flatMap(({ backend }) => (backend?.type === 'tap' ? [backend.ifname] : [])),
  ];
}

const crowd: LabFile = {
  networks: { lan: { subnet: '10.0.0.0/16' }, wan: null, guest: null },
  peers: { server: { network: 'lan' }, wan: { network: 'wan' }, eth0: { network: 'guest' } },
  machines: {
    'a-rather-longm1': { nics: { 'a-rather-longn1': { backend: { tap: 'lan' }, vfs: 255 } } },
    'a-rather-longm2': { nics: { 'a-rather-longn1': { backend: { tap: 'wan' }, vfs: 255 } } },
    'a-rather-longm3': {
      nics: { pf0: { backend: { tap: 'guest' }, vfs: 20 }, pf1: { backend: 'user', vfs: 2 } },
    },
  },
};

describe('resolveLab', () => {
  it('gives the same lab each time, whatever the machine’s place on the disk', () => {
    expect(lab(crowd)).toEqual(lab(crowd));
    const here = lab({ ...crowd, name: 'x' }, '/a/lab.yaml');
    expect(lab({ ...crowd, name: 'x' }, '/b/other.yaml')).toEqual(here);
  });

  it('freezes it to its last part', () => {
    const resolved = labWithNic({ vfs: 1 }, ['traffic']);
    expect(() => {
      (resolved.machines[0]?.nics[0]?.vfs[0] as { mac: string }).mac = 'x';
    }).toThrow(TypeError);
    expect(() => {
      (resolved.checks as unknown[]).push(1);
    }).toThrow(TypeError);
  });

  it('counts BDFs on from the PF to the 255th VF, past the eighth function by ARI', () => {
    const { pf, vfs } = onlyNic(labWithNic({ vfs: 255 }));
    expect([pf.bdf, pf.addr]).toEqual(['0000:01:00.0', '0.0']);
    expect(vfs.map(({ bdf }) => bdf)).toEqual(
      Array.from({ length: 255 }, (_, index) => {
        const routing = (1 << 8) + index + 1;
        const hex = (value: number): string => value.toString(16).padStart(2, '0');
        return `0000:${hex(routing >> 8)}:${hex((routing >> 3) & 31)}.${routing & 7}`;
      }),
    );
    expect([vfs[6]?.addr, vfs[7]?.addr, vfs[254]?.addr]).toEqual(['0.7', '1.0', '1f.7']);
    expect(vfs.at(-1)?.bdf).toBe('0000:01:1f.7');
  });

  it('puts each NIC behind a root port and on a bus of its own', () => {
    const machine = onlyMachine(
      lab({
        machines: {
          guest: { nics: { a: { backend: 'user' }, b: { backend: 'user' }, c: { backend: 'user' } } },
        },
      }),
    );
    expect(machine.buses).toEqual([
      { id: 'pcie.0', type: 'root-bus', slot: 0, number: 0 },
      { id: 'port-a', type: 'root-port', slot: 1, number: 1 },
      { id: 'port-b', type: 'root-port', slot: 2, number: 2 },
      { id: 'port-c', type: 'root-port', slot: 3, number: 3 },
    ]);
    expect(machine.nics.map(({ pf }) => pf.bdf)).toEqual(['0000:01:00.0', '0000:02:00.0', '0000:03:00.0']);
  });

  it('puts functions on the buses that the definition names, one after the other or where it says', () => {
    const { buses, nics } = onlyMachine(
      lab({
        machines: {
          guest: {
            buses: { shared: 'root-port', old: 'pci-bridge' },
            nics: {
              a: { backend: 'user', bus: 'shared', vfs: 2 },
              b: { backend: 'user', bus: 'shared', addr: 0.4, vfs: { x: { addr: '0.6' }, y: null } },
              c: { backend: 'user', bus: 'old' },
              d: { backend: 'user', bus: 'pcie.0' },
              e: { backend: 'user', vfs: [{ bus: 'old', pf: 'a', model: 'virtio-net' }] },
            },
          },
        },
      }),
    );
    expect(buses.map(({ id, type, number }) => `${id} ${type} ${number}`)).toEqual([
      'pcie.0 root-bus 0',
      'port-e root-port 1',
      'bus-shared root-port 2',
      'bus-old pci-bridge 3',
    ]);
    expect(nics.flatMap(functionsOf).map(({ id, bus, bdf, sriovPf }) => [id, bus, bdf, sriovPf])).toEqual([
      ['a', 'bus-shared', '0000:02:00.0', null],
      ['a.vf0', 'bus-shared', '0000:02:00.1', 'a'],
      ['a.vf1', 'bus-shared', '0000:02:00.2', 'a'],
      ['b', 'bus-shared', '0000:02:00.4', null],
      ['b.x', 'bus-shared', '0000:02:00.6', 'b'],
      ['b.y', 'bus-shared', '0000:02:00.7', 'b'],
      ['c', 'bus-old', '0000:03:01.0', null],
      ['d', 'pcie.0', '0000:00:04.0', null],
      ['e', 'port-e', '0000:01:00.0', null],
      ['e.vf0', 'bus-old', '0000:03:00.1', 'a'],
    ]);
  });

  it('gives every function and peer a MAC that is its own, unicast and local', () => {
    const resolved = lab(crowd);
    const macs = [...allFunctions(resolved), ...resolved.peers].map(({ mac }) => mac ?? 'none');
    expect(macs).toHaveLength(3 + 256 + 256 + 21 + 3);
    expect(new Set(macs).size).toBe(macs.length);
    for (const mac of macs) {
      expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      expect(parseInt(mac.slice(0, 2), 16) & 3).toBe(2);
    }
  });

  it('keeps a VF’s MAC and address when VFs are added after it', () => {
    const [few, many] = [onlyNic(labWithNic({ vfs: 2 })), onlyNic(labWithNic({ vfs: 9 }))];
    expect(many.vfs.slice(0, 2)).toEqual(few.vfs);
  });

  it('takes chosen MACs in small letters and never gives one of them away', () => {
    const free = onlyNic(labWithNic({ vfs: 1 }));
    const taken = free.vfs[0]?.mac ?? '';
    const { pf, vfs } = onlyNic(labWithNic({ mac: taken.toUpperCase(), vfs: 1 }));
    expect(pf.mac).toBe(taken);
    expect(vfs[0]?.mac).not.toBe(taken);
  });

  it('other labs get other MACs', () => {
    const macOf = (name: string): string | null =>
      onlyNic(lab({ name, machines: { guest: { nics: { pf0: { backend: 'user' } } } } })).pf.mac;
    expect(macOf('one')).not.toBe(macOf('two'));
  });

  it('gives each function and peer of a network an address in it, never one twice', () => {
    const resolved = lab(crowd);
    for (const { name, subnet } of resolved.networks) {
      const addresses = [
        ...resolved.peers.filter(({ network }) => network === name).map(({ address }) => address),
        ...allFunctions(resolved).flatMap(({ address, backend }) =>
          backend?.type === 'tap' && backend.network === name ? [address ?? 'none'] : [],
        ),
      ];
      expect(new Set(addresses).size).toBe(addresses.length);
      const prefix = subnet.slice(subnet.indexOf('/'));
      for (const address of addresses) {
        expect(address.endsWith(prefix)).toBe(true);
        expect(isHostAddress(parseSubnet(subnet), hostAddress(address))).toBe(true);
      }
    }
  });

  it('reserves the addresses that peers chose, also later ones, before it gives any', () => {
    const resolved = lab({
      networks: { lan: { subnet: '10.0.0.0/29' } },
      peers: { a: { network: 'lan' }, b: { network: 'lan', address: '10.0.0.1' } },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 3 } } } },
    });
    expect(resolved.peers.map(({ address }) => address)).toEqual(['10.0.0.2/29', '10.0.0.1/29']);
    expect(allFunctions(resolved).map(({ address }) => address)).toEqual([
      '10.0.0.3/29',
      '10.0.0.4/29',
      '10.0.0.5/29',
      '10.0.0.6/29',
    ]);
  });

  it('fills the smallest subnet that the rules let through, to the last address', () => {
    const functions = 254 - 1;
    const resolved = lab({
      networks: { lan: { subnet: '10.0.0.0/24' } },
      peers: { server: { network: 'lan', address: '10.0.0.77' } },
      machines: { guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: functions - 1 } } } },
    });
    expect(new Set(allFunctions(resolved).map(({ address }) => address)).size).toBe(functions);
  });

  it('leaves a function on user networking without an address', () => {
    const { pf, vfs } = onlyNic(labWithNic({ backend: 'user', vfs: [{}, { backend: { tap: 'lan' } }] }));
    expect([pf.address, vfs[0]?.address]).toEqual([null, null]);
    expect(vfs[1]?.address).toMatch(/^10\.0\./);
  });

  it('takes a VF’s own backend and MTU before the NIC’s, and the NIC’s MTU before the network’s', () => {
    const resolved = lab({
      networks: { lan: { mtu: 9000 } },
      machines: {
        guest: {
          nics: {
            pf0: { backend: { tap: 'lan' }, vfs: [{}, { mtu: 1280 }, { backend: 'user' }] },
            pf1: { backend: { tap: 'lan' }, mtu: 4000, vfs: [{}, { mtu: 1280 }] },
          },
        },
      },
    });
    expect(resolved.machines[0]?.nics.map((nic) => functionsOf(nic).map(({ mtu }) => mtu))).toEqual([
      [9000, 9000, 1280, 1500],
      [4000, 4000, 1280],
    ]);
  });

  it('names every interface with at most 15 characters, and no two alike', () => {
    const names = interfacesOf(lab(crowd));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9.-]{1,15}$/);
    expect(names).not.toContain('eth0');
    expect(names).not.toContain('lo');
  });

  it('names a lab without a name after its folder, or its file', () => {
    const nameOf = (file: string): string => lab({ machines: {} }, file).name;
    expect(nameOf('/labs/my-lab/lab.yaml')).toBe('my-lab');
    expect(nameOf('/labs/Other Lab/lab.yml')).toBe('other-lab');
    expect(nameOf('/labs/three.vfs.yaml')).toBe('three-vfs');
    expect(nameOf('/labs/64vfs/lab.yaml')).toBe('lab-64vfs');
    expect(nameOf(`/labs/${'long'.repeat(40)}/lab.yaml`)).toHaveLength(40);
    expect(nameOf('/lab.yaml')).toMatch(/^[a-z]/);
  });

  it('has room in memory for every function, unless the memory is said', () => {
    const memory = (vfs: number, said?: string): number =>
      onlyMachine(
        lab({
          machines: {
            guest: {
              ...(said === undefined ? {} : { memory: said }),
              nics: { pf0: { backend: 'user', vfs } },
            },
          },
        }),
      ).memoryMiB;
    expect(memory(255)).toBeGreaterThan(memory(3));
    expect(memory(255, '2G')).toBe(2048);
    expect(memory(0, '300M')).toBe(300);
  });
});

describe('the checks of a resolved lab', () => {
  const machines = {
    one: {
      nics: {
        pf0: { backend: 'user', vfs: 1 },
        pf1: { backend: 'user', vfs: 1 },
        plain: { backend: 'user' },
      },
    },
    two: { nics: { pf0: { backend: 'user', vfs: 1 } } },
  } as const;

  it('are one for each NIC with VFs, with their defaults', () => {
    const { checks } = lab({ machines, checks: ['vf-creation'] });
    expect(checks.map(({ on }) => on)).toEqual([
      { machine: 'one', nic: 'pf0' },
      { machine: 'one', nic: 'pf1' },
      { machine: 'two', nic: 'pf0' },
    ]);
    expect(checks[0]?.parameters).toEqual({ cycles: 10 });
  });

  it('are for the machine that they name, with the parameters that they give', () => {
    const { checks } = lab({ machines, checks: [{ traffic: { machine: 'two', count: 3 } }] });
    expect(checks).toEqual([
      {
        check: 'traffic',
        on: { machine: 'two', nic: 'pf0' },
        parameters: expect.objectContaining({ count: 3, size: expect.any(Number) as number }) as object,
        choices: {},
      },
    ]);
    expect(checks[0]?.parameters).not.toHaveProperty('machine');
  });

  it('have their numbers apart from their words', () => {
    const withPeer = {
      ...machines,
      one: { image: 'debian-13', nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
    };
    const { checks } = lab({
      networks: { lan: {} },
      peers: { server: { network: 'lan' } },
      machines: withPeer,
      checks: [
        { 'cni-attach': { machine: 'one', plugin: 'sriov-virtio' } },
        { 'cni-attach': { machine: 'one', count: 3 } },
      ],
    });
    expect(checks.map(({ parameters, choices }) => ({ parameters, choices }))).toEqual([
      { parameters: { count: 10 }, choices: { plugin: 'sriov-virtio' } },
      { parameters: { count: 3 }, choices: { plugin: 'host-device' } },
    ]);
  });

  it('may have no parameters behind their name', () => {
    expect(lab({ machines, checks: [{ 'vf-creation': null }] }).checks).toHaveLength(3);
  });
});

describe('InterfaceNames', () => {
  it('shortens alike names to different ones, the same ones each time', () => {
    const take = (): string[] => {
      const names = new InterfaceNames();
      return Array.from({ length: 300 }, (_, index) => names.take(`a-very-long-machine-pf0.vf${index}`));
    };
    expect(new Set(take()).size).toBe(300);
    expect(take()).toEqual(take());
  });

  it('gives the second who wants a name another one', () => {
    const names = new InterfaceNames();
    expect([names.take('lan'), names.take('lan') === 'lan', names.take('lo') === 'lo']).toEqual([
      'lan',
      false,
      false,
    ]);
  });
});

describe('IPv4', () => {
  it('keeps the network’s own and the broadcast address for the network', () => {
    const subnet = parseSubnet('192.168.1.128/30');
    const hosts = [127, 128, 129, 130, 131, 132].filter((last) => isHostAddress(subnet, `192.168.1.${last}`));
    expect(hosts).toEqual([129, 130]);
  });

  it('takes a subnet written with one of its hosts for that subnet, also above 128.0.0.0', () => {
    expect(parseSubnet('255.10.0.7/16')).toEqual({
      first: addressToNumber('255.10.0.0'),
      prefix: 16,
      size: 65536,
    });
  });
});
