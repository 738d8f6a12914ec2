import { describe, expect, it } from 'vitest';
import { bytesByTap, reachedPeers, trafficView } from '../../../src/checks/traffic/view.js';
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

  it('is nobody across networks, and QEMU alone on user networking', () => {
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
    expect(exchanges(two).sort()).toEqual([
      'pf0 to vf0',
      'vf0 to server',
      'vf1 to far',
      "vf2 to QEMU's gateway",
    ]);
    const reached = reachedPeers(firstTarget(two));
    expect(reached.map(({ peer, ends }) => [peer.name, ends.map(({ name }) => name)])).toEqual([
      ['server', ['vf0']],
      ['far', ['vf1']],
    ]);
  });

  it('grows with the VFs and not with their pairs', () => {
    expect(exchanges(labWithNic({ vfs: 255 }, ['traffic']))).toHaveLength(3 * 255);
  });

  it('is every function of a conventional multifunction device with the peer and in a ring', () => {
    const four = labWithNic({ model: 'virtio-net-multifunction', functions: 3 }, ['traffic']);
    expect(exchanges(four)).toEqual([
      'fn0 to server',
      'fn0 to fn1',
      'fn1 to server',
      'fn1 to fn2',
      'fn2 to server',
      'fn2 to fn0',
    ]);
  });

  it('is the one function of a plain NIC with the peer', () => {
    expect(exchanges(labWithNic({}, ['traffic']))).toEqual(['pf0 to server']);
  });

  it('is nobody across VLANs', () => {
    const two = lab({
      networks: { lan: { vlans: [10, 20] } },
      peers: { server: { network: 'lan', vlan: 20 } },
      machines: {
        guest: {
          nics: {
            pf0: {
              backend: { tap: 'lan', vlan: 10 },
              vfs: [{}, {}, { backend: { tap: 'lan', vlan: 20 } }],
            },
          },
        },
      },
      checks: ['traffic'],
    });
    expect(exchanges(two).sort()).toEqual([
      'pf0 to vf0',
      'pf0 to vf1',
      'vf0 to vf1',
      'vf1 to vf0',
      'vf2 to server',
    ]);
  });
});

describe('what the tap of each function carries', () => {
  /** What one exchange of 20 packets moves. */
  const payload = 20 * (1400 + 8);

  it('is every exchange that the function takes part in', () => {
    expect([...bytesByTap(firstTarget(labWithNic({ vfs: 2 }, ['traffic'])))]).toEqual([
      ['guest-pf0.vf0', 4 * payload],
      ['guest-pf0.vf1', 4 * payload],
      ['guest-pf0', 2 * payload],
    ]);
  });

  it('is less where an exchange has smaller packets', () => {
    const small = firstTarget(labWithNic({ vfs: [{ mtu: 1400 }, {}] }, ['traffic']));
    expect([...bytesByTap(small)]).toEqual([
      ['guest-pf0.vf0', 4 * 20 * (1372 + 8)],
      ['guest-pf0.vf1', 2 * 20 * (1372 + 8) + 2 * payload],
      ['guest-pf0', 20 * (1372 + 8) + payload],
    ]);
  });

  it('is only what leaves the device when functions share it', () => {
    const target = firstTarget(labWithNic({ vfs: 2 }, ['traffic']));
    const shared = target.nic.vfs.map((vf) => ({ ...vf, backend: null }));
    const bytes = bytesByTap({ ...target, nic: { ...target.nic, vfs: shared } });
    expect([...bytes]).toEqual([['guest-pf0', 2 * payload]]);
  });
});
