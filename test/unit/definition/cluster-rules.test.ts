import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { complaintAbout } from '../../support/definition.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const lan = { backend: { tap: 'lan' } };
const node = { nics: { uplink: lan, pf0: { ...lan, vfs: 2 } } };
const kubernetes = { 'control-plane': 'control', nodes: ['guest'] };

/** What is said of a lab with a cluster that has these parts; nothing if it is sound. */
function complaint(changes: object): string {
  const file = join(scratch(), 'lab.yaml');
  const sound = {
    networks: { lan: { subnet: '10.0.0.0/24' } },
    peers: { server: { network: 'lan' }, control: { network: 'lan' } },
    machines: { guest: node },
    kubernetes,
  };
  writeFileSync(file, stringify({ ...sound, ...changes }));
  return (complaintAbout(file) ?? '').replace(/^.*lab\.yaml/gm, 'lab.yaml');
}

describe('a cluster', () => {
  it('is sound with one node and its VFs', () => {
    expect(complaint({})).toBe('');
  });

  it.each(['1.34.0', '1.37.2', '1.40.11'])('may have version %s', (version) => {
    expect(complaint({ kubernetes: { ...kubernetes, version } })).toBe('');
  });

  it.each(['1.33.9', '0.37.2', '2.0.0'])('may not have version %s', (version) => {
    expect(complaint({ kubernetes: { ...kubernetes, version } })).toMatch(
      /version.*\[LAB-RULE-KUBERNETES\]|cannot be built.*\[LAB-RULE-KUBERNETES\]/,
    );
  });

  it.each([1.3, 1.37, 1, '1.37', 'v1.37.2', '1.37.2-rc.1', '1.037.2', 'latest', '', null, []])(
    'may not have version %j, which is none',
    (version) => {
      expect(complaint({ kubernetes: { ...kubernetes, version } })).toMatch(
        /`kubernetes\.version` is .*\[LAB-SHAPE-VALUE\]\n {2}next: it must be a version of three numbers/,
      );
    },
  );

  it('may leave its VFs to others, and then need none', () => {
    const guest = { nics: { uplink: lan, pf0: { backend: 'user', vfs: 2 } } };
    const alone = { nics: { uplink: lan } };
    expect(complaint({ machines: { guest }, kubernetes: { ...kubernetes, vfs: 'none' } })).toBe('');
    expect(complaint({ machines: { guest: alone }, kubernetes: { ...kubernetes, vfs: 'none' } })).toBe('');
    expect(complaint({ machines: { guest: alone } })).toMatch(/a node without VFs.*\[LAB-RULE-KUBERNETES\]/);
  });

  it('keeps clear of a bench’s containers, unless they are its own pods', () => {
    const machines = { guest: node, other: node };
    const bench = { machine: 'other', peer: 'server', offload: 'pf0.vf0', software: 'uplink' };
    expect(complaint({ machines, bench })).toMatch(
      /overlaps with 10\.244\.0\.0\/24.*`bench`.*\[LAB-RULE-SUBNET\]/,
    );
    expect(complaint({ machines, bench: { ...bench, containerSubnet: '10.243.0.0/24' } })).toBe('');
  });

  it('does not mind the unused subnet of a network that leads out', () => {
    const networks = Object.fromEntries(
      Array.from({ length: 33 }, (_, index) => [
        `n${index}`,
        index === 32 ? { on: 'server', uplink: 'nic0' } : {},
      ]),
    );
    const machines = {
      server: { nics: { nic0: { backend: { tap: 'n0' } } } },
      inner: { on: 'server', nics: { nic0: { backend: { tap: 'n32' } } } },
      guest: { nics: { pf0: { backend: { tap: 'n0' }, vfs: 1 } } },
    };
    expect(complaint({ networks, machines, peers: { control: { network: 'n0' } } })).toBe('');
  });
});

describe('the addresses of pods on VFs', () => {
  /** A network whose every host address is needed. */
  const full = (address: string): string =>
    complaint({
      networks: { lan: { subnet: '10.0.0.0/28' } },
      peers: { control: { network: 'lan', address } },
      machines: { guest: { nics: { pf0: { ...lan, vfs: 4 } } } },
    });

  it('may be all that is left', () => {
    expect(full('10.0.0.1')).toBe('');
  });

  it('must follow each other', () => {
    expect(full('10.0.0.9')).toMatch(
      /network lan has too few addresses .* they need 8, two for each VF \[LAB-RULE-SUBNET\]/,
    );
  });
});

describe('a machine that is a node', () => {
  it('has 2 GiB at least', () => {
    const withMemory = (memory: string): string => complaint({ machines: { guest: { ...node, memory } } });
    expect(withMemory('2G')).toBe('');
    expect(withMemory('2047M')).toMatch(/has 2047M, but a node needs 2048M.*\[LAB-RULE-MEMORY\]/);
  });

  it('has a kubelet of the cluster’s version', () => {
    const withVersion = (version: string): string =>
      complaint({
        images: { own: { base: 'debian-13', components: ['containerd', { kubernetes: version }] } },
        machines: { guest: { ...node, image: 'own' } },
      });
    expect(withVersion('1.36.0')).toMatch(
      /has Kubernetes 1\.36\.0, but the cluster has 1\.37\.2 \[LAB-RULE-COMPONENT\]/,
    );
    expect(withVersion('1.37.2')).not.toContain('but the cluster has');
  });

  it('can be written beside machines that are none, whose checks run', () => {
    const other = { nics: { pf0: { ...lan, vfs: 1 } } };
    expect(complaint({ machines: { guest: node, other }, checks: ['vf-creation', 'traffic'] })).toBe('');
  });

  it.each(['vf-creation', 'hotplug-free', 'traffic', 'cni-attach', 'link-state'])(
    'is not for the check %s, as pods hold its VFs',
    (check) => {
      expect(complaint({ checks: [{ [check]: { machine: 'guest' } }] })).toMatch(
        /\[LAB-RULE-TARGET\]\n {2}next: (pods hold the VFs of pf0 on machine guest|node guest reaches)/,
      );
    },
  );

  it('is for checks of its NICs if others give pods their VFs', () => {
    expect(complaint({ kubernetes: { ...kubernetes, vfs: 'none' }, checks: ['vf-creation'] })).toBe('');
  });
});

describe('a control plane in a machine', () => {
  const main = { nics: { nic0: lan } };
  const inMain = { 'control-plane': 'main', nodes: ['guest'] };

  /** What is said of a lab whose control plane is in the machine `main`, with these parts. */
  function ofMachine(changes: object): string {
    return complaint({
      peers: { server: { network: 'lan' } },
      machines: { guest: node, main },
      kubernetes: inMain,
      ...changes,
    });
  }

  it('is sound beside its nodes, and in the only one', () => {
    expect(ofMachine({})).toBe('');
    expect(ofMachine({ machines: { main: node }, kubernetes: { ...inMain, nodes: ['main'] } })).toBe('');
  });

  it('needs no peer to be written, and counts its own', () => {
    expect(ofMachine({ peers: {} })).toBe('');
    // Five functions, four addresses for pods, and the peers.
    const full = { lan: { subnet: '10.0.0.0/28' } };
    const peers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { network: 'lan' }]));
    expect(ofMachine({ networks: full, peers: peers(4) })).toBe('');
    expect(ofMachine({ networks: full, peers: peers(5) })).toMatch(/too few addresses/);
  });

  it('is for checks that need a peer, which may be its own', () => {
    expect(ofMachine({ peers: {}, checks: ['cluster', 'pod-vf', 'pod-network'] })).toBe('');
  });

  it.each(['2047M', '1G'])('has more memory than %s', (memory) => {
    expect(ofMachine({ machines: { guest: node, main: { ...main, memory } } })).toMatch(
      /machine of the control plane needs 2048M: for etcd.*\[LAB-RULE-MEMORY\]/,
    );
  });

  it('has more memory in a node', () => {
    const alone = (memory: string): string =>
      ofMachine({ machines: { main: { ...node, memory } }, kubernetes: { ...inMain, nodes: ['main'] } });
    expect(alone('3071M')).toMatch(/a node with the control plane needs 3072M/);
    expect(alone('3072M')).toBe('');
  });

  it('has two CPUs', () => {
    const withCpus = (cpus: number): string =>
      ofMachine({ machines: { guest: node, main: { ...main, cpus } } });
    expect(withCpus(1)).toMatch(/main has 1 CPU.*\[LAB-RULE-KUBERNETES\]/);
    expect(withCpus(2)).toBe('');
    expect(complaint({ machines: { guest: { ...node, cpus: 1 } } })).toBe('');
  });

  it('has programs of the cluster’s version in its image', () => {
    const withImage = (components: unknown[]): string =>
      ofMachine({
        images: { own: { base: 'debian-13', components } },
        machines: { guest: node, main: { ...main, image: 'own' } },
      });
    expect(withImage(['control-plane'])).toBe('');
    expect(withImage(['containerd'])).toMatch(/lacks control-plane \[LAB-RULE-IMAGE\]/);
    expect(withImage([{ 'control-plane': '1.36.0' }])).toMatch(
      /has Kubernetes 1\.36\.0, but the cluster has 1\.37\.2 \[LAB-RULE-COMPONENT\]/,
    );
  });

  it('is reached by every node', () => {
    const far = { nics: { nic0: { backend: { tap: 'far' } }, pf0: { ...lan, vfs: 1 } } };
    const networks = { lan: { subnet: '10.0.0.0/24' }, far: {}, other: {} };
    expect(ofMachine({ networks, machines: { main, guest: far } })).toBe('');
    const away = { nics: { pf0: { backend: { tap: 'other' }, vfs: 1 } } };
    expect(
      ofMachine({
        networks,
        machines: { main, guest: far, away },
        kubernetes: { ...inMain, nodes: ['guest', 'away'] },
      }),
    ).toMatch(/machine away has no NIC on lan, the network of the control plane/);
  });

  it('is said to be on no network or VLAN once, where that is written', () => {
    const on = (backend: object): string =>
      ofMachine({
        machines: { main: { nics: { pf0: { backend, vfs: 1 } } } },
        kubernetes: { ...inMain, nodes: ['main'] },
      });
    expect(on({ tap: 'wan' }).split('\n')).toEqual([
      expect.stringContaining('there is no network `wan` [LAB-RULE-NETWORK]'),
      expect.stringContaining('next: '),
    ]);
    expect(on({ tap: 'lan', vlan: 3 }).split('\n')).toEqual([
      expect.stringContaining('network lan has no VLANs [LAB-RULE-VLAN]'),
      expect.stringContaining('next: '),
    ]);
  });

  it('leaves the names of peers alone if it is in one', () => {
    expect(complaint({ peers: { control: { network: 'lan' }, administrator: { network: 'lan' } } })).toBe('');
  });

  it('keeps checks off the NIC that it is reached through', () => {
    const machines = { guest: node, main: { nics: { pf0: { ...lan, vfs: 1 } } } };
    expect(ofMachine({ machines, checks: [{ 'vf-creation': { machine: 'main' } }] })).toMatch(
      /\[LAB-RULE-TARGET\]\n {2}next: the control plane in machine main is reached through pf0/,
    );
  });
});
