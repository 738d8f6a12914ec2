import { describe, expect, it } from 'vitest';
import { benchScripts, containersOf } from '../../../../src/bench/containers/containers-of.js';
import { lab } from '../../../support/definition.js';

const benched = lab({
  networks: { lan: { subnet: '10.0.0.0/24', mtu: 1400 } },
  peers: { server: { network: 'lan', address: '10.0.0.9' } },
  machines: {
    guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 2 }, uplink: { backend: { tap: 'lan' } } } },
  },
  bench: {
    machine: 'guest',
    peer: 'server',
    offload: 'pf0.vf1',
    software: 'uplink',
    containerSubnet: '10.88.0.0/20',
  },
});

const scripts = benchScripts(benched, () => 'kvm');

/** The content of a script of the bench. */
function contentOf(name: string): string {
  const found = scripts.find(({ path }) => path === `bench/${name}`);
  if (found === undefined) throw new Error(`no script ${name}`);
  return found.content;
}

describe('the scripts of a bench in network namespaces', () => {
  const [offload, software, enter, end] = ['offload.sh', 'software.sh', 'enter.sh', 'end.sh'].map(
    contentOf,
  ) as [string, string, string, string];

  it('are one for each side, one that enters them and one that removes both; none without a bench', () => {
    if (benched.bench === null) throw new Error('it has no bench');
    const containers = containersOf(benched, benched.bench);
    expect(containers.setUp).toEqual([
      { path: 'bench/offload.sh', on: 'machine' },
      { path: 'bench/software.sh', on: 'machine' },
    ]);
    expect(containers.end).toEqual({ path: 'bench/end.sh', on: 'machine' });
    expect(scripts).toHaveLength(4);
    expect(benchScripts(lab({ machines: { guest: {} } }), () => 'kvm')).toEqual([]);
  });

  it('enter the network namespace that has the name of the side', () => {
    expect(enter).toContain('nsenter "--net=/run/netns/$container" "$@"');
  });

  it('give the VF to the container of the offload side, under its address and MTU', () => {
    expect(offload).toContain('\nbdf=0000:01:00.2\n');
    expect(offload).toContain('\ncontainer=offload\n');
    expect(offload).toContain('offload: the container has pf0.vf1 and no other netdev');
    expect(offload).toContain('offload: the container reaches server');
    expect(offload).toMatch(/ping .*10\.0\.0\.9/);
    expect(offload).toMatch(/mtu 1400 up/);
  });

  it('put the container of the software side on the first hosts of its own subnet', () => {
    expect(software).toContain('10.88.0.1/20');
    expect(software).toContain('address add 10.88.0.2/20 dev eth0');
    expect(software).toContain('route add default via 10.88.0.1\n');
    expect(software).toContain('ip saddr 10.88.0.0/20');
    expect(software).toContain('\nbridge=lab-bridge\n');
    expect(software).toContain('software: the container has its end of the veth pair and no other netdev');
    expect(software).toContain('software: the guest has translated the address of what the container sent');
  });

  it('remove what both made', () => {
    for (const what of ['in offload software;', 'link delete lab-bridge ', 'table ip lab-bench '])
      expect(end).toContain(what);
    expect(end).toContain(benched.bench?.software.address);
  });
});
