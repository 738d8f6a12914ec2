import { Session } from 'node:inspector';
import { describe, expect, it } from 'vitest';
import { labFromValue } from '../../../src/definition/lab-from-definition.js';
import type { LabFile } from '../../../src/definition/shape.js';

/** How often functions of this project are called while `work` runs: the same number each time, however busy the computer is. */
function callsIn(work: () => void): number {
  const session = new Session();
  session.connect();
  let calls = 0;
  try {
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    work();
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      for (const { url, functions } of result)
        if (url.includes('/src/')) for (const { ranges } of functions) calls += ranges[0]?.count ?? 0;
    });
    session.post('Profiler.stopPreciseCoverage');
  } finally {
    session.disconnect();
  }
  return calls;
}

type Parts<T> = Readonly<Record<string, T>>;

function parts<T>(count: number, make: (index: number) => readonly [string, T][]): Parts<T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)).flat());
}

type Machines = LabFile['machines'];
type Networks = NonNullable<LabFile['networks']>;

const nodeNics: Machines[string] = {
  nics: {
    eth0: { backend: { tap: 'lan' } },
    pf0: { model: 'igb', backend: { tap: 'fast' }, vfs: 2 },
  },
};

function cluster(nodes: number): { readonly nodes: string[]; readonly pods: string } {
  return { nodes: Array.from({ length: nodes }, (_, index) => `m${index}`), pods: '10.128.0.0/11' };
}

/** Labs of so many machines, each of another kind. */
const labs: Readonly<Record<string, (count: number) => LabFile>> = {
  'on one network': (count) => ({
    networks: { lan: { subnet: '10.0.0.0/8' } },
    peers: { server: { network: 'lan' } },
    machines: parts(count, (index) => [
      [`m${index}`, { nics: { pf0: { backend: { tap: 'lan' }, vfs: 2 } } }],
    ]),
    checks: ['vf-creation', 'traffic', 'hotplug-free'],
  }),
  'each with a network and a peer of its own': (count) => ({
    networks: parts(count, (index): [string, Networks[string]][] => [
      [`n${index}`, { subnet: `172.${16 + Math.floor(index / 256)}.${index % 256}.0/24` }],
    ]),
    peers: parts(count, (index) => [[`p${index}`, { network: `n${index}` }]]),
    machines: parts(count, (index) => [
      [`m${index}`, { memory: '1G', nics: { pf0: { backend: { tap: `n${index}` }, vfs: 2 } } }],
    ]),
    checks: ['traffic', 'link-state'],
  }),
  'all peers on one network': (count) => ({
    networks: { lan: { subnet: '10.0.0.0/8' } },
    peers: parts(count, (index) => [[`p${index}`, { network: 'lan' }]]),
    machines: parts(count, (index) => [
      [`m${index}`, { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } }],
    ]),
    checks: ['traffic'],
  }),
  'each with a check of its own': (count) => ({
    machines: parts(count, (index) => [[`m${index}`, { nics: { pf0: { backend: 'user', vfs: 1 } } }]]),
    checks: Array.from({ length: count }, (_, index) => ({ 'vf-creation': { machine: `m${index}` } })),
  }),
  'each inside another': (count) => ({
    networks: { lan: { subnet: '10.0.0.0/8' } },
    machines: parts(Math.floor(count / 2), (index): [string, Machines[string]][] => [
      [`o${index}`, { nics: { pf0: { backend: { tap: 'lan' }, vfs: 2 } } }],
      [
        `i${index}`,
        {
          on: `o${index}`,
          nics: { pf0: { backend: { vdpa: 'pf0.vf0' }, vfs: [{ backend: { vdpa: 'pf0.vf1' } }] } },
        },
      ],
    ]),
    checks: ['vf-creation'],
  }),
  'that are nodes of a cluster': (count) => ({
    networks: { lan: { subnet: '192.168.0.0/16' }, fast: { subnet: '172.16.0.0/12' } },
    peers: { control: { network: 'lan' }, far: { network: 'fast' } },
    machines: parts(count, (index) => [[`m${index}`, nodeNics]]),
    kubernetes: { ...cluster(count), 'control-plane': 'control', vlans: { pf0: 7 } },
    checks: ['pod-network', 'pod-vf', 'cluster'],
  }),
  'that are nodes of a cluster, with the control plane in one': (count) => ({
    networks: { lan: { subnet: '192.168.0.0/16' }, fast: { subnet: '172.16.0.0/12' } },
    peers: { far: { network: 'fast' } },
    machines: parts(count, (index) => [[`m${index}`, nodeNics]]),
    kubernetes: { ...cluster(count), 'control-plane': 'm0' },
    checks: ['pod-network', 'pod-vf', 'cluster'],
  }),
  'with NVMe': (count) => ({
    machines: parts(count, (index) => [[`m${index}`, { nics: { disk: { model: 'nvme', vfs: 1 } } }]]),
    checks: Array.from({ length: count }, (_, index) => ({ storage: { machine: `m${index}` } })),
  }),
};

const SMALL = 60;
const FACTOR = 4;
/** What grows with the square is 16 times as much. */
const MOST = 5;

describe('the work of validating a lab of machines', () => {
  it.each(Object.keys(labs))('%s grows with their number, not with its square', (kind) => {
    const make = labs[kind] ?? (() => ({ machines: {} }));
    const work = (count: number): number =>
      callsIn(() => void labFromValue(make(count), '/labs/large/lab.yaml'));
    // What is done once, whatever is asked, is done.
    work(2);
    const [small, large] = [work(SMALL), work(FACTOR * SMALL)];
    expect(small).toBeGreaterThan(SMALL);
    expect({ small, large, ratio: large / small }).toMatchObject({
      ratio: expect.toSatisfy((ratio: number) => ratio < MOST) as number,
    });
  });
});
