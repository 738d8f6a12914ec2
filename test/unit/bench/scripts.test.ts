import { describe, expect, it } from 'vitest';
import { benchScripts, containerOf, END_SCRIPT, setupScript } from '../../../src/bench/scripts.js';
import { lab } from '../../support/definition.js';

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

describe('the scripts of a bench', () => {
  const [offload = '', software = '', end = ''] = benchScripts(benched).map(({ content }) => content);

  it('are one for each side and one that removes both; none without a bench', () => {
    expect(benchScripts(benched).map(({ path }) => path)).toEqual([
      setupScript('offload'),
      setupScript('software'),
      END_SCRIPT,
    ]);
    expect([setupScript('software'), END_SCRIPT]).toEqual(['bench/software.sh', 'bench/end.sh']);
    expect(benchScripts(lab({ machines: { guest: {} } }))).toEqual([]);
  });

  it('give the VF to the container of the offload side, under its address and MTU', () => {
    expect(offload).toContain('\nbdf=0000:01:00.2\n');
    expect(offload).toContain(`\ncontainer=${containerOf('offload')}\n`);
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
