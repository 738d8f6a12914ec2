import { describe, expect, it } from 'vitest';
import { addressToNumber } from '../../../src/model/ipv4.js';
import { functionsOf, hostAddress, type Lab } from '../../../src/model/lab.js';
import { DEFAULT_KUBERNETES_VERSION } from '../../../src/definition/defaults.js';
import { pinnedVersion } from '../../../src/toolchain/kubernetes/module-version.js';
import type { LabFile } from '../../../src/definition/shape.js';
import { lab } from '../../support/definition.js';

const lan = { backend: { tap: 'lan' } };

/** A cluster with one node, unless something else is said. */
function cluster(changes: Partial<LabFile> = {}): Lab {
  return lab({
    networks: { lan: { subnet: '10.0.0.0/24' } },
    peers: {
      server: { network: 'lan', address: '10.0.0.1' },
      control: { network: 'lan', address: '10.0.0.2' },
    },
    machines: { guest: { nics: { uplink: lan, pf0: { ...lan, vfs: 2 } } } },
    kubernetes: { 'control-plane': 'control', nodes: ['guest'] },
    ...changes,
  });
}

describe('a cluster', () => {
  it('has a version, a control plane in a peer, and nodes with a part of the pods’ addresses', () => {
    expect(cluster().kubernetes).toEqual({
      version: '1.37.2',
      controlPlane: {
        on: { peer: 'control' },
        uplink: null,
        clients: 'control',
        address: '10.0.0.2',
        network: 'lan',
      },
      nodes: [
        {
          machine: 'guest',
          uplink: 'uplink',
          address: '10.0.0.10/24',
          pods: '10.244.0.0/24',
          pools: [
            {
              nic: 'pf0',
              resource: 'sriov.lab/pf0',
              plugin: 'sriov-virtio',
              subnet: '10.0.0.0/24',
              addresses: { first: '10.0.0.251', last: '10.0.0.254' },
              vlan: null,
            },
          ],
        },
      ],
      pods: '10.244.0.0/16',
      vfs: 'device-plugin',
    });
  });

  it('has the version that its programs are pinned to', () => {
    expect(DEFAULT_KUBERNETES_VERSION).toBe(pinnedVersion);
  });

  it('is as it is written', () => {
    const { kubernetes } = cluster({
      kubernetes: {
        version: '1.34.0',
        'control-plane': 'server',
        nodes: ['guest'],
        pods: '172.20.9.1/20',
        vfs: 'dra',
      },
    });
    expect(kubernetes).toMatchObject({
      version: '1.34.0',
      controlPlane: { on: { peer: 'server' }, address: '10.0.0.1' },
      pods: '172.20.0.0/20',
      vfs: 'dra',
    });
    expect(kubernetes?.nodes[0]?.pods).toBe('172.20.0.0/24');
  });

  it('is null in a lab without one', () => {
    expect(lab({ machines: { guest: {} } }).kubernetes).toBeNull();
  });

  it('has no pools if others give pods their VFs', () => {
    const { kubernetes } = cluster({
      kubernetes: { 'control-plane': 'control', nodes: ['guest'], vfs: 'none' },
    });
    expect(kubernetes?.nodes[0]?.pools).toEqual([]);
  });
});

describe('the uplink of a node', () => {
  it('is a NIC without VFs, wherever it stands', () => {
    const { kubernetes } = cluster({
      machines: { guest: { nics: { pf0: { ...lan, vfs: 2 }, other: { backend: 'user' }, nic: lan } } },
    });
    expect(kubernetes?.nodes[0]?.uplink).toBe('nic');
  });

  it('is a PF if there is no other', () => {
    const { kubernetes } = cluster({ machines: { guest: { nics: { pf0: { ...lan, vfs: 2 } } } } });
    expect(kubernetes?.nodes[0]).toMatchObject({ uplink: 'pf0', address: '10.0.0.10/24' });
  });

  it('is the first function of a multifunction device that is on the network', () => {
    const { kubernetes } = cluster({
      machines: {
        guest: {
          nics: {
            pf0: { ...lan, vfs: 1 },
            multi: { model: 'virtio-net-multifunction', functions: [{ backend: 'user' }, lan] },
          },
        },
      },
    });
    expect(kubernetes?.nodes[0]?.uplink).toBe('multi.fn1');
  });

  it('is on the VLAN of the control plane', () => {
    const { kubernetes } = cluster({
      networks: { lan: { subnet: '10.0.0.0/24', vlans: [1, 2] } },
      peers: { control: { network: 'lan', vlan: 2 } },
      machines: {
        guest: {
          nics: {
            one: { backend: { tap: 'lan', vlan: 1 } },
            two: { backend: { tap: 'lan', vlan: 2 } },
            pf0: { backend: { tap: 'lan', vlan: 1 }, vfs: 1 },
          },
        },
      },
    });
    expect(kubernetes?.nodes[0]?.uplink).toBe('two');
  });

  it('leads out of the machine around it, as the VFs do', () => {
    const { kubernetes, machines } = cluster({
      networks: { lan: { subnet: '10.0.0.0/24' }, inner: { on: 'server', uplink: 'pf0.vf3' } },
      machines: {
        server: { nics: { pf0: { ...lan, vfs: 4 } } },
        guest: {
          on: 'server',
          nics: {
            pf0: { backend: { vdpa: 'pf0.vf0' }, vfs: [{ backend: { vdpa: 'pf0.vf1' } }] },
            uplink: { backend: { tap: 'inner' } },
          },
        },
      },
    });
    expect(kubernetes?.nodes[0]).toMatchObject({
      uplink: 'uplink',
      pools: [{ nic: 'pf0', plugin: 'sriov-virtio', subnet: '10.0.0.0/24' }],
    });
    expect(machines.map(({ memoryMiB }) => memoryMiB > 2048)).toEqual([true, false]);
  });
});

describe('a control plane in a machine', () => {
  /** The cluster's control plane is in the machine `main`, unless something else is said. */
  function inMachine(changes: Partial<LabFile> = {}): Lab {
    return cluster({
      peers: { server: { network: 'lan', address: '10.0.0.1' } },
      machines: {
        main: { nics: { nic0: lan } },
        guest: { nics: { uplink: lan, pf0: { ...lan, vfs: 2 } } },
      },
      kubernetes: { 'control-plane': 'main', nodes: ['guest'] },
      ...changes,
    });
  }

  it('has the address of the machine’s function, and a peer beside it for kubectl', () => {
    const { kubernetes, peers } = inMachine();
    expect(kubernetes?.controlPlane).toEqual({
      on: { machine: 'main' },
      uplink: 'nic0',
      clients: 'administrator',
      address: '10.0.0.10',
      network: 'lan',
    });
    expect(kubernetes?.nodes[0]).toMatchObject({
      machine: 'guest',
      uplink: 'uplink',
      address: '10.0.0.11/24',
    });
    expect(peers.map(({ name, network, address }) => [name, network, address])).toEqual([
      ['server', 'lan', '10.0.0.1/24'],
      ['administrator', 'lan', '10.0.0.2/24'],
    ]);
  });

  it('can be in a node: the cluster is one machine', () => {
    const { kubernetes } = inMachine({
      machines: { main: { nics: { pf0: { ...lan, vfs: 2 }, uplink: lan } } },
      kubernetes: { 'control-plane': 'main', nodes: ['main'] },
    });
    expect(kubernetes?.controlPlane).toMatchObject({ uplink: 'uplink', address: '10.0.0.13' });
    expect(kubernetes?.nodes).toMatchObject([
      { machine: 'main', uplink: 'uplink', address: '10.0.0.13/24', pools: [{ nic: 'pf0' }] },
    ]);
  });

  it('is reached by a PF if the machine has nothing else', () => {
    const { kubernetes } = inMachine({
      machines: { main: { nics: { pf0: { ...lan, vfs: 2 } } } },
      kubernetes: { 'control-plane': 'main', nodes: ['main'] },
    });
    expect(kubernetes?.controlPlane).toMatchObject({ uplink: 'pf0', address: '10.0.0.10' });
  });

  it('is on the network, and the VLAN, of as many nodes as possible, and so is its peer', () => {
    const on = (vlan: number) => ({ backend: { tap: 'far', vlan } });
    const { kubernetes, peers } = inMachine({
      networks: { lan: { subnet: '10.0.0.0/24' }, far: { subnet: '10.5.0.0/24', vlans: [1, 2] } },
      machines: {
        main: { nics: { here: lan, one: on(1), two: on(2) } },
        a: { nics: { nic0: on(2), nic1: lan } },
        b: { nics: { nic0: on(2) } },
      },
      kubernetes: { 'control-plane': 'main', nodes: ['a', 'b'], vfs: 'none' },
    });
    expect(kubernetes?.controlPlane).toMatchObject({ uplink: 'two', network: 'far' });
    expect(kubernetes?.nodes.map(({ uplink }) => uplink)).toEqual(['nic0', 'nic0']);
    expect(peers.at(-1)).toMatchObject({ name: 'administrator', network: 'far', vlan: 2 });
  });

  it('may be in a machine whose network inside another one leads out', () => {
    const { kubernetes, peers } = inMachine({
      networks: { lan: { subnet: '10.0.0.0/24' }, inner: { on: 'outer', uplink: 'nic0' } },
      machines: {
        outer: { nics: { nic0: lan } },
        main: { on: 'outer', nics: { nic0: { backend: { tap: 'inner' } } } },
        guest: { nics: { pf0: { ...lan, vfs: 1 } } },
      },
    });
    expect(kubernetes?.controlPlane).toMatchObject({
      on: { machine: 'main' },
      network: 'lan',
      uplink: 'nic0',
    });
    expect(peers.at(-1)).toMatchObject({ name: 'administrator', network: 'lan' });
  });

  it('boots an image with its programs, in the cluster’s version, and has the memory for them', () => {
    const { machines, images } = inMachine({
      machines: {
        main: { nics: { nic0: lan } },
        guest: { nics: { pf0: { ...lan, vfs: 1 } } },
      },
      kubernetes: { version: '1.36.1', 'control-plane': 'main', nodes: ['guest'] },
    });
    expect(machines.map(({ name, image, memoryMiB, cpus }) => [name, image, memoryMiB, cpus])).toEqual([
      ['main', 'kubernetes-control-plane', 2048, 2],
      ['guest', 'kubernetes-node', 2048, 2],
    ]);
    const programs = images
      .find(({ name }) => name === 'kubernetes-control-plane')
      ?.layers.flat()
      .filter(({ version }) => version !== null);
    expect(programs).toEqual([
      { component: 'kubernetes', version: '1.36.1' },
      { component: 'control-plane', version: '1.36.1' },
    ]);
  });

  it('needs more memory in a node', () => {
    const { machines } = inMachine({
      machines: { main: { nics: { pf0: { ...lan, vfs: 2 } } } },
      kubernetes: { 'control-plane': 'main', nodes: ['main'] },
    });
    expect(machines[0]).toMatchObject({ image: 'kubernetes-control-plane', memoryMiB: 3072 });
  });
});

describe('the VFs of several nodes', () => {
  const nics = { pf0: { ...lan, vfs: 3 }, pf1: { model: 'igb', backend: { tap: 'storage' }, vfs: 2 } };
  const many = cluster({
    networks: { lan: { subnet: '10.0.0.0/24' }, storage: { subnet: '10.7.0.0/24' } },
    peers: {
      control: { network: 'lan', address: '10.0.0.254' },
      server: { network: 'lan', address: '10.0.0.245' },
    },
    machines: { one: { nics }, two: { nics }, other: { nics } },
    kubernetes: { 'control-plane': 'control', nodes: ['one', 'two'], vlans: { pf1: 10 } },
  });
  const pools = many.kubernetes?.nodes.flatMap((node) => node.pools) ?? [];

  it('are pools by their NICs, with the plugin for the model', () => {
    expect(pools.map(({ resource, plugin, subnet }) => [resource, plugin, subnet])).toEqual([
      ['sriov.lab/pf0', 'sriov-virtio', '10.0.0.0/24'],
      ['sriov.lab/pf1', 'sriov', '10.7.0.0/24'],
      ['sriov.lab/pf0', 'sriov-virtio', '10.0.0.0/24'],
      ['sriov.lab/pf1', 'sriov', '10.7.0.0/24'],
    ]);
    expect(pools.map(({ vlan }) => vlan)).toEqual([null, 10, null, 10]);
    expect(many.kubernetes?.nodes.map(({ pods }) => pods)).toEqual(['10.244.0.0/24', '10.244.1.0/24']);
  });

  it('get ranges of addresses that nobody else has, two for each VF', () => {
    const ranges = pools.map(({ addresses: { first, last } }) => `${first}-${last}`);
    expect(ranges).toEqual([
      '10.0.0.248-10.0.0.253',
      '10.7.0.251-10.7.0.254',
      '10.0.0.239-10.0.0.244',
      '10.7.0.247-10.7.0.250',
    ]);
    const ofPods = pools.flatMap(({ addresses: { first, last } }) => {
      const [from, to] = [addressToNumber(first), addressToNumber(last)];
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
    const others = [
      ...many.peers.map(({ address }) => address),
      ...many.machines
        .flatMap((machine) => machine.nics.flatMap(functionsOf))
        .flatMap(({ address }) => address ?? []),
    ].map((address) => addressToNumber(hostAddress(address)));
    expect(new Set([...ofPods, ...others]).size).toBe(ofPods.length + others.length);
  });
});

describe('a machine that is a node', () => {
  it('boots the image for nodes, with 2 GiB', () => {
    expect(cluster().machines[0]).toMatchObject({ image: 'kubernetes-node', memoryMiB: 2048, disk: true });
  });

  it('has more memory for more functions, and what is written if it is', () => {
    const nics = { pf0: { ...lan, vfs: 255 }, pf1: { ...lan, vfs: 255 } };
    const memoryOf = (memory?: string): number | undefined =>
      cluster({
        networks: { lan: {} },
        peers: { control: { network: 'lan' } },
        machines: { guest: { memory, nics } },
      }).machines[0]?.memoryMiB;
    expect([memoryOf(), memoryOf('3G')]).toEqual([512 + 4 * 512, 3072]);
  });

  it('has the cluster’s version of Kubernetes in the image for nodes', () => {
    const versions = cluster().images.flatMap(({ layers }) =>
      layers.flat().flatMap(({ component, version }) => (component === 'kubernetes' ? [version] : [])),
    );
    expect(versions).toEqual([DEFAULT_KUBERNETES_VERSION]);
  });

  it('has the cluster’s version of Kubernetes in an image of the lab’s own', () => {
    const { images } = cluster({
      images: { own: { base: 'debian-13', components: ['containerd', 'kubernetes'] } },
      machines: { guest: { image: 'own', nics: { pf0: { ...lan, vfs: 1 } } } },
      kubernetes: { version: '1.35.1', 'control-plane': 'control', nodes: ['guest'] },
    });
    expect(images[0]?.layers.flat()).toEqual([
      { component: 'guest-agent', version: null },
      { component: 'containerd', version: null },
      { component: 'kubernetes', version: '1.35.1' },
    ]);
  });
});
