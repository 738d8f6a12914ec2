import { describe, expect, it } from 'vitest';
import { peersOf, trafficView } from '../../../src/checks/traffic-view.js';
import { firstTarget, lab, labWithNic } from '../../support/definition.js';

interface Shown {
  readonly exchanges: readonly { readonly title: string }[];
}

function exchanges(of: ReturnType<typeof lab>): string[] {
  return (trafficView(firstTarget(of), 'tcg') as Shown).exchanges.map(({ title }) => title);
}

describe('who exchanges packets', () => {
  it('is each VF with the peer, the VFs in a ring, and the PF with each VF', () => {
    const titles = exchanges(labWithNic({ vfs: 3 }, ['traffic']));
    for (const title of [
      'vf0 to server',
      'vf1 to server',
      'vf2 to server',
      'vf0 to vf1',
      'vf1 to vf2',
      'vf2 to vf0',
    ])
      expect(titles).toContain(title);
    for (const vf of [0, 1, 2]) expect(titles).toContain(`pf0 to vf${vf}`);
    expect(titles).toHaveLength(9);
  });

  it('is no VF with itself', () => {
    expect(exchanges(labWithNic({ vfs: 1 }, ['traffic'])).sort()).toEqual(['pf0 to vf0', 'vf0 to server']);
  });

  it('is nobody across networks, and nobody on user networking', () => {
    const two = lab({
      networks: { lan: {}, wan: {} },
      peers: { server: { network: 'lan' }, far: { network: 'wan' } },
      machines: {
        guest: {
          nics: {
            pf0: { backend: { tap: 'lan' }, vfs: [{}, { backend: { tap: 'wan' } }, { backend: 'user' }] },
          },
        },
      },
      checks: ['traffic'],
    });
    expect(exchanges(two).sort()).toEqual(['pf0 to vf0', 'vf0 to server', 'vf1 to far']);
    expect([0, 1, 2].map((vf) => peersOf(firstTarget(two), vf).map(({ name }) => name))).toEqual([
      ['server'],
      ['far'],
      [],
    ]);
  });

  it('grows with the VFs and not with their pairs', () => {
    expect(exchanges(labWithNic({ vfs: 255 }, ['traffic']))).toHaveLength(3 * 255);
  });
});
