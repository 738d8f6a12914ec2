import { describe, expect, it } from 'vitest';
import { checkNames, specOf, type CheckName } from '../../../src/checks/catalog.js';
import type { Segment } from '../../../src/checks/segment.js';
import { lab } from '../../support/definition.js';

const lan: Segment = { network: 'lan', vlan: null };
const ten: Segment = { network: 'lan', vlan: 10 };
const twenty: Segment = { network: 'lan', vlan: 20 };

describe('a check has something to see', () => {
  it.each<[CheckName, boolean, number, (Segment | null)[], Segment[]]>([
    ['vf-creation', true, 1, [lan, lan], []],
    ['vf-creation', false, 0, [lan], [lan]],
    ['hotplug-free', false, 0, [lan], [lan]],
    ['enumeration', true, 0, [], []],
    ['enumeration', false, 2, [], []],
    ['traffic', true, 0, [lan], [lan]],
    ['traffic', true, 0, [{ ...lan }, { ...lan }], []],
    ['traffic', true, 0, [null], []],
    ['traffic', false, 0, [lan], []],
    ['traffic', false, 1, [], [lan]],
    ['traffic', false, 0, [ten, twenty], []],
    ['cni-attach', true, 1, [lan, lan], [lan]],
    ['cni-attach', false, 0, [lan], [lan]],
    ['cni-attach', false, 1, [lan, lan], []],
    ['cni-attach', false, 1, [ten, ten], [twenty]],
    ['cni-attach', false, 1, [null, null], [lan]],
    ['vdpa-path', true, 0, [lan], [lan]],
    ['vdpa-path', false, 1, [ten, null], [twenty]],
    ['vdpa-path', false, 1, [lan, { ...lan }], []],
    ['isolation', true, 2, [ten, twenty], [ten, twenty]],
    ['isolation', true, 0, [{ ...ten }, { ...ten }], [twenty, { ...twenty }]],
    ['isolation', false, 2, [ten, twenty], [ten]],
    ['isolation', false, 2, [ten, { ...ten }], []],
    ['isolation', false, 1, [lan, { ...lan }], [lan]],
  ])('%s: %s', (check, expected, vfs, ends, peers) => {
    expect(specOf(check).fits({ storage: false, ownBackends: true, vfs, ends, cluster: null }, peers)).toBe(
      expected,
    );
  });

  it.each([
    [true, 1, true],
    [true, 0, false],
    [false, 1, false],
  ])('storage: a storage device: %s, VFs: %i', (storage, vfs, expected) => {
    expect(specOf('storage').fits({ storage, ownBackends: false, vfs, ends: [], cluster: null }, [])).toBe(
      expected,
    );
  });

  it('or its definition is told what to do', () => {
    for (const name of checkNames) expect(specOf(name).hint).toMatch(/leave the check out/);
  });

  it('only on the NICs that it fits', () => {
    const { checks } = lab({
      networks: { lan: {} },
      peers: { server: { network: 'lan' } },
      machines: {
        guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 }, nic1: { backend: 'user' } } },
      },
      checks: ['vf-creation', 'enumeration', 'traffic'],
    });
    expect(checks.map(({ check, on }) => `${check} ${String(on?.nic)}`)).toEqual([
      'vf-creation pf0',
      'enumeration nic1',
      'traffic pf0',
      'traffic nic1',
    ]);
  });
});
