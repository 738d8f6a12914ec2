import { describe, expect, it } from 'vitest';
import { findPath, NODE_CHATTER, TAP_CHATTER } from '../../../src/bench/find-path.js';
import { evidenceOf, pathProblem, sumEvidence, type PathHosts } from '../../../src/bench/path.js';
import type { LabFile } from '../../../src/definition/shape.js';
import type { NicFile } from '../../../src/definition/shape-nic.js';
import type { Bench } from '../../../src/model/bench.js';
import type { Lab } from '../../../src/model/lab.js';
import { lab } from '../../support/definition.js';

function benched(nics: Record<string, NicFile>, rest: Partial<LabFile> = {}): { lab: Lab; bench: Bench } {
  const resolved = lab({
    networks: { lan: {} },
    peers: { server: { network: 'lan' } },
    machines: { guest: { nics } },
    bench: { machine: 'guest', peer: 'server', offload: 'a', software: 'b' },
    ...rest,
  });
  if (resolved.bench === null) throw new Error('it has no bench');
  return { lab: resolved, bench: resolved.bench };
}

/** A namespace whose ip(8) tells these bytes, received and sent, by interface. */
function hosts(bytes: Readonly<Record<string, readonly [number, number]>>): PathHosts {
  const links = Object.entries(bytes).map(([ifname, [rx, tx]]) => ({
    ifname,
    stats64: { rx: { bytes: rx }, tx: { bytes: tx } },
  }));
  return {
    namespace: {
      description: 'a namespace',
      putFile: async () => Promise.resolve(),
      run: async () => Promise.resolve({ exitCode: 0, stdout: JSON.stringify(links), stderr: '' }),
    },
    qemu: async () =>
      Promise.resolve({
        host: {
          description: 'machine host',
          putFile: async () => Promise.resolve(),
          run: async (argv) =>
            Promise.resolve({
              exitCode: 0,
              stdout: argv[1] === '/proc/7/io' ? 'rchar: 400\nwchar: 30\n' : '',
              stderr: '',
            }),
        },
        process: { pid: 7, startTime: 1, bootId: 'a boot' },
      }),
  };
}

describe('the path', () => {
  it('of taps is counted at the taps, both ways', async () => {
    const { lab: of, bench } = benched({ a: { backend: { tap: 'lan' } }, b: { backend: { tap: 'lan' } } });
    const observer = await findPath(
      of,
      bench,
      hosts({ 'guest-a': [10, 5], 'guest-b': [3, 4], lan: [99, 99] }),
    );
    expect(observer.places).toEqual({ offload: 'tap guest-a', software: 'tap guest-b' });
    expect(await observer.read()).toEqual({ offload: 15, software: 7 });
    expect(await (await findPath(of, bench, hosts({}))).read()).toEqual({ offload: 0, software: 0 });
  });

  it('of a node’s uplink also carries what the kubelet says, which is no payload of the other side', async () => {
    const functions = { a: { backend: { tap: 'lan' }, vfs: 1 }, b: { backend: { tap: 'lan' } } };
    const { lab: of, bench } = benched(functions, {
      peers: { server: { network: 'lan' }, control: { network: 'lan' } },
      kubernetes: { 'control-plane': 'control', nodes: ['guest'] },
      bench: { machine: 'guest', peer: 'server', offload: 'a.vf0', software: 'b' },
    });
    const observer = await findPath(of, bench, hosts({}));
    expect(observer.chatter).toEqual({ offload: TAP_CHATTER, software: NODE_CHATTER });
    const apart = { side: 'offload', payloadBytes: 0, ownBytes: 0 } as const;
    expect(pathProblem({ ...apart, otherBytes: 65_536 }, observer)).toBeUndefined();
    expect(pathProblem({ ...apart, otherBytes: 65_537 }, observer)).toContain('tap guest-b as well');
    expect(pathProblem({ ...apart, side: 'software', otherBytes: 16_385 }, observer)).toContain('as well');
  });

  it('of functions that share a tap is one, which is no comparison', async () => {
    const { lab: of, bench } = benched(
      { pf: { model: 'igb', backend: { tap: 'lan' }, vfs: 2 } },
      { bench: { machine: 'guest', peer: 'server', offload: 'pf.vf0', software: 'pf.vf1' } },
    );
    const observer = await findPath(of, bench, hosts({}));
    const evidence = evidenceOf('offload', 100, { offload: 0, software: 0 }, { offload: 110, software: 110 });
    expect(pathProblem(evidence, observer)).toBe('both sides pass tap guest-pf: their paths do not differ');
  });

  const insideAMachine = (a: NicFile, b: NicFile) =>
    benched(
      {},
      {
        networks: {
          lan: {},
          inner: { on: 'host', uplink: 'pf0.vf1' },
          other: { on: 'host', uplink: 'pf0.vf2' },
        },
        machines: {
          host: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 3 } } },
          guest: { on: 'host', nics: { a, b } },
        },
      },
    );

  it('of a machine in a machine is counted where it comes out on this computer', async () => {
    const { lab: of, bench } = insideAMachine({ backend: { tap: 'inner' } }, { backend: { tap: 'other' } });
    const { places } = await findPath(of, bench, hosts({}));
    expect(places).toEqual({ offload: 'tap host-pf0.vf1', software: 'tap host-pf0.vf2' });
  });

  it('of vDPA is counted outside, and what does not take it by what QEMU reads and writes', async () => {
    const { lab: of, bench } = insideAMachine(
      { backend: { vdpa: 'pf0.vf0' } },
      { backend: { tap: 'inner' } },
    );
    const observer = await findPath(of, bench, hosts({ 'host-pf0.vf0': [10, 5] }));
    expect(observer.places).toEqual({ offload: 'tap host-pf0.vf0', software: 'QEMU of guest' });
    expect(await observer.read()).toEqual({ offload: 15, software: 430 });
    expect(await (await findPath(of, bench, hosts({}))).read()).toEqual({ offload: 0, software: 430 });
    const carriedByQemu = {
      side: 'offload',
      payloadBytes: 1e6,
      ownBytes: 2e6,
      otherBytes: 1e6,
    } as const;
    expect(pathProblem(carriedByQemu, observer)).toContain('passed QEMU of guest as well');
    expect(pathProblem({ ...carriedByQemu, otherBytes: 362_144 }, observer)).toBeUndefined();
    expect(pathProblem({ ...carriedByQemu, otherBytes: 362_145 }, observer)).toBeDefined();
  });

  it.each<[string, NicFile]>([
    ['a vDPA device of this computer', { backend: { vdpa: '/dev/vhost-vdpa-0' } }],
    ['a user network', { backend: 'user' }],
  ])('of %s is counted nowhere, which is told', async (_, b) => {
    const { lab: of, bench } = benched({ a: { backend: { tap: 'lan' } }, b });
    await expect(findPath(of, bench, hosts({}))).rejects.toMatchObject({
      code: 'LAB-BENCH-PATH',
      message: expect.stringContaining('no counter outside guest sees the packets of both a and b') as string,
    });
  });

  it('may be chatted on by neighbours', () => {
    const places = { offload: 'tap a', software: 'tap b' };
    const chatter = { offload: { bytes: 0, share: 0 }, software: TAP_CHATTER };
    const problem = (payloadBytes: number, ownBytes: number, otherBytes: number): string | undefined =>
      pathProblem({ side: 'offload', payloadBytes, ownBytes, otherBytes }, { places, chatter });
    expect(problem(0, 0, 16_384)).toBeUndefined();
    expect(problem(0, 0, 16_385)).toBe(
      'offload: the payload of 0 bytes passed tap b as well, which counted 16385 bytes',
    );
    expect(problem(1000, 1000, 16_000)).toBeUndefined();
    expect(problem(1000, 999, 0)).toContain('counted 999 bytes of a payload of 1000');
    expect(problem(1000, 1000, 17_000)).toContain('as well');
    expect(problem(10_000_000, 10_000_000, 110_000)).toBeUndefined();
    expect(problem(10_000_000, 10_000_000, 116_385)).toContain('as well');
  });

  it('of many runs is added up for each environment', () => {
    const one = { payloadBytes: 1, ownBytes: 2, otherBytes: 3 };
    expect(
      sumEvidence([
        { side: 'software', ...one },
        { side: 'offload', ...one },
        { side: 'software', ...one },
      ]),
    ).toEqual([
      { side: 'offload', ...one },
      { side: 'software', payloadBytes: 2, ownBytes: 4, otherBytes: 6 },
    ]);
  });
});

it('the evidence is what each place counted between two readings', () => {
  const [before, after] = [
    { offload: 10, software: 100 },
    { offload: 35, software: 107 },
  ];
  const counted = { payloadBytes: 20 };
  expect(evidenceOf('offload', 20, before, after)).toEqual({
    side: 'offload',
    ...counted,
    ownBytes: 25,
    otherBytes: 7,
  });
  expect(evidenceOf('software', 20, before, after)).toEqual({
    side: 'software',
    ...counted,
    ownBytes: 7,
    otherBytes: 25,
  });
});
