import { describe, expect, it } from 'vitest';
import type { Part } from '../../../src/lab/parts/part.js';
import { changesAnything, planUp, type PlanStep } from '../../../src/lab/plan.js';
import { keyOf, type LabRecord, type PartKey, type RecordedPart } from '../../../src/lab/record.js';
import { labWithNic } from '../../support/definition.js';
import { gone, record, recorded } from '../../support/record.js';

type Wanted = Pick<Part, 'kind' | 'name' | 'digest' | 'needs' | 'within'>;

function wanted(kind: string, name: string, needs: PartKey[] = [], within: PartKey | null = null): Wanted {
  return { kind, name, digest: '1', needs, within };
}

const namespace = wanted('namespace', 'lab');
const network = wanted('network', 'networks', ['namespace lab'], 'namespace lab');
const guest = wanted('machine', 'guest', ['network networks']);
const server = wanted('service', 'netserver', ['network networks']);
const all = [namespace, network, guest, server];

/** A record of these parts, ready as they are wanted, but for some. */
function up(parts: readonly Wanted[], ...others: RecordedPart[]): LabRecord {
  const replaced = new Set(others.map(keyOf));
  return record(labWithNic(), {
    holder: { outer: gone, init: gone },
    parts: [
      ...parts
        .filter((part) => !replaced.has(keyOf(part)))
        .map(({ kind, name, digest, needs }) => recorded(kind, name, { digest, needs })),
      ...others,
    ],
  });
}

function there(parts: readonly Wanted[], ...without: PartKey[]): Set<PartKey> {
  return new Set(parts.map(keyOf).filter((key) => !without.includes(key)));
}

function changes(plan: readonly PlanStep[]): string[] {
  return plan
    .filter(({ action }) => action !== 'keep')
    .map(({ kind, name, action, reason }) => `${action} ${kind} ${name}: ${reason}`);
}

const renewedNetwork = 'replace network networks: it needs namespace lab, which is new';
const renewedRest = [
  'replace machine guest: it needs network networks, which is new',
  'replace service netserver: it needs network networks, which is new',
];

describe('planUp', () => {
  it('makes everything, in order, when nothing is recorded', () => {
    expect(changes(planUp(all, undefined, new Set()))).toEqual([
      'create namespace lab: the lab is not up',
      'create network networks: the namespace is new',
      'create machine guest: it is not running',
      'create service netserver: it is not running',
    ]);
  });

  it('keeps what is there as defined', () => {
    const plan = planUp(all, up(all), there(all));
    expect(changesAnything(plan)).toBe(false);
    expect(changesAnything(planUp(all, up(all), there(all, 'service netserver')))).toBe(true);
    expect(plan.map(({ reason }) => reason)).toEqual([
      'it is as defined',
      'they are as defined',
      'it runs as defined',
      'it runs as defined',
    ]);
  });

  it.each<[string, readonly Wanted[], LabRecord, Set<PartKey>, string[]]>([
    [
      'all that was in a namespace that has gone',
      all,
      up(all),
      new Set(),
      ['replace namespace lab: the process that held it has ended'],
    ],
    [
      'the namespace whose networks were not finished',
      all,
      up(all, recorded('network', 'networks', { state: 'starting' })),
      there(all),
      [
        'replace namespace lab: an earlier `lab up` was interrupted while creating them',
        'replace network networks: an earlier `lab up` was interrupted while creating them',
      ],
    ],
    [
      'the namespace whose networks have changed',
      [namespace, { ...network, digest: '2' }, guest, server],
      up(all),
      there(all),
      [
        'replace namespace lab: the networks of the definition have changed',
        'replace network networks: the networks of the definition have changed',
      ],
    ],
  ])('makes anew %s, and what needs it', (_, parts, recordedLab, alive, first) => {
    const made = changes(planUp(parts, recordedLab, alive));
    expect(made.slice(0, first.length)).toEqual(first);
    expect(made).toHaveLength(4);
    if (alive.size > 0) expect(made).toEqual(expect.arrayContaining(renewedRest));
  });

  it('names the part that is new to those that need it', () => {
    const plan = planUp(all, up(all), there(all, 'namespace lab'));
    expect(changes(plan).slice(1)).toEqual([renewedNetwork, ...renewedRest]);
  });

  it.each<[string, Partial<RecordedPart>, boolean, string]>([
    ['whose program has ended', {}, false, 'its QEMU has ended'],
    ['that has changed', { digest: '0' }, true, 'its definition, image or QEMU has changed'],
    [
      'that was interrupted, whether it runs or not',
      { state: 'starting', main: gone },
      true,
      'an earlier `lab up` was interrupted while it booted',
    ],
  ])('makes anew only the machine %s', (_, change, alive, reason) => {
    const plan = planUp(
      all,
      up(all, recorded('machine', 'guest', change)),
      alive ? there(all) : there(all, 'machine guest'),
    );
    expect(changes(plan)).toEqual([`replace machine guest: ${reason}`]);
  });

  it('starts a service again that has ended, and nothing else', () => {
    expect(changes(planUp(all, up(all), there(all, 'service netserver')))).toEqual([
      'replace service netserver: its process has ended',
    ]);
  });

  it('starts again what needs a service that has ended, for that reason', () => {
    const api = wanted('service', 'kube-apiserver', ['network networks']);
    const scheduler = wanted('service', 'kube-scheduler', ['service kube-apiserver']);
    const cluster = [...all, api, scheduler];
    const left = there(cluster, 'service kube-apiserver', 'service kube-scheduler');
    expect(changes(planUp(cluster, up(cluster), left))).toEqual([
      'replace service kube-apiserver: its process has ended',
      'replace service kube-scheduler: it needs service kube-apiserver, which is new',
    ]);
  });

  it('adds what is new and removes first what is not wanted any more', () => {
    const plan = planUp([namespace, network, guest], up([namespace, network, server]), there(all));
    expect(changes(plan)).toEqual([
      'remove service netserver: it is no longer in the definition',
      'create machine guest: it is not running',
    ]);
  });

  it('makes everything anew that another version of lab has made', () => {
    const old = { ...up(all), version: 1 };
    expect(changes(planUp(all, old, new Set()))).toEqual([
      'replace namespace lab: it was brought up by another version of lab',
      'create network networks: the namespace is new',
      'create machine guest: it is not running',
      'create service netserver: it is not running',
    ]);
  });

  it('makes what an interrupted start of another version never made', () => {
    const old = { ...up(all), version: 1, holder: null };
    expect(changes(planUp(all, old, new Set()))[0]).toBe('create namespace lab: the lab is not up');
  });

  it('is nothing for nothing', () => {
    expect(planUp([], undefined, new Set())).toEqual([]);
  });

  it('makes all anew around a part that cannot be replaced alone, however deep it is', () => {
    const inside = wanted('inside', 'guest', ['network networks'], 'network networks');
    const deep = [namespace, network, inside];
    const plan = planUp([namespace, network, { ...inside, digest: '2' }], up(deep), there(deep));
    expect(plan.map(({ action }) => action)).toEqual(['replace', 'replace', 'replace']);
  });

  describe('of machines inside others', () => {
    const inside = wanted('inside', 'guest', ['machine guest'], 'machine guest');
    const inner = wanted('machine', 'inner', ['machine guest', 'inside guest']);
    const nested = [namespace, network, guest, inside, inner];

    it('makes those anew that are in one that is made anew', () => {
      expect(changes(planUp(nested, up(nested), there(nested, 'machine guest', 'inside guest')))).toEqual([
        'replace machine guest: its QEMU has ended',
        'replace inside guest: it needs machine guest, which is new',
        'replace machine inner: it needs machine guest, which is new',
      ]);
    });

    it('makes the machine anew whose inside was half prepared', () => {
      const half = recorded('inside', 'guest', { state: 'starting' });
      const reason = 'an earlier `lab up` was interrupted while preparing the machine';
      expect(changes(planUp(nested, up(nested, half), there(nested)))).toEqual([
        `replace machine guest: ${reason}`,
        `replace inside guest: ${reason}`,
        'replace machine inner: it needs machine guest, which is new',
      ]);
    });

    it('leaves those around alone', () => {
      expect(changes(planUp(nested, up(nested), there(nested, 'machine inner')))).toEqual([
        'replace machine inner: its QEMU has ended',
      ]);
    });
  });
});
