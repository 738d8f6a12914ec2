import { describe, expect, it } from 'vitest';
import { benchScripts } from '../../../src/bench/containers/containers-of.js';
import { lab } from '../../support/definition.js';

const networks = { lan: { subnet: '10.0.0.0/24' } };
const peers = { server: { network: 'lan', address: '10.0.0.1' } };

describe('the bench of a lab', () => {
  it('has the addresses that its functions have', () => {
    const { bench } = lab({
      networks,
      peers,
      machines: {
        guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 }, up: { backend: { tap: 'lan' } } } },
      },
      bench: { machine: 'guest', peer: 'server', offload: 'pf0.vf0', software: 'up' },
    });
    expect(bench).toEqual({
      machine: 'guest',
      peer: 'server',
      offload: { nic: 'pf0', function: 'pf0.vf0', address: '10.0.0.11/24' },
      software: { nic: 'up', function: 'up', address: '10.0.0.12/24' },
      containers: { kind: 'namespaces', subnet: '10.244.0.0/24' },
    });
  });

  it('gives functions without an address one of the peer’s network, each its own', () => {
    const { bench } = lab({
      networks,
      peers,
      machines: {
        guest: {
          nics: {
            a: { backend: { vdpa: '/dev/vhost-vdpa-0' } },
            b: { backend: { vdpa: '/dev/vhost-vdpa-1' } },
          },
        },
      },
      bench: { machine: 'guest', peer: 'server', offload: 'a', software: 'b' },
    });
    expect([bench?.offload.address, bench?.software.address]).toEqual(['10.0.0.10/24', '10.0.0.11/24']);
  });

  it('takes a function of a multifunction device, and a container network of its own', () => {
    const of = lab({
      networks,
      peers,
      machines: {
        guest: {
          nics: { multi: { model: 'virtio-net-multifunction', backend: { tap: 'lan' }, functions: 2 } },
        },
      },
      bench: {
        machine: 'guest',
        peer: 'server',
        offload: 'multi.fn0',
        software: 'multi.fn1',
        containerSubnet: '192.168.5.77/29',
      },
    });
    expect(of.bench?.software.function).toBe('multi.fn1');
    const software = benchScripts(of, () => 'kvm').find(({ path }) => path === 'bench/software.sh')?.content;
    expect(software).toContain('address add 192.168.5.74/29 dev eth0');
    expect(software).toContain('route add default via 192.168.5.73');
  });

  it('has pods for containers if its machine is a node, whatever the network of other containers would be', () => {
    const node = { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 }, up: { backend: { tap: 'lan' } } } };
    const { bench } = lab({
      networks,
      peers: { ...peers, control: { network: 'lan' } },
      machines: { guest: node, other: node },
      kubernetes: { 'control-plane': 'control', nodes: ['guest'] },
      bench: { machine: 'guest', peer: 'server', offload: 'pf0.vf0', software: 'up' },
    });
    expect(bench?.containers).toEqual({ kind: 'pods' });
  });

  it('is null in a lab without one, which has no scripts for it', () => {
    const of = lab({ machines: { guest: {} } });
    expect(of.bench).toBeNull();
    expect(benchScripts(of, () => 'kvm')).toEqual([]);
  });
});
