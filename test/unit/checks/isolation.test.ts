import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/checks/isolation/run.js';
import {
  callCount,
  fromGuestView,
  isolationView,
  membersOf,
  type Member,
} from '../../../src/checks/isolation/view.js';
import type { LinkBytes } from '../../../src/checks/link-counters.js';
import { firstTarget, lab } from '../../support/definition.js';

const target = firstTarget(
  lab({
    networks: { lan: { vlans: [10, 20] } },
    peers: { server10: { network: 'lan', vlan: 10 }, server20: { network: 'lan', vlan: 20 } },
    machines: {
      guest: {
        nics: {
          pf0: {
            backend: { tap: 'lan', vlan: 10 },
            vfs: [{}, { backend: { tap: 'lan', vlan: 20 } }, { backend: 'user' }],
          },
        },
      },
    },
    checks: ['isolation'],
  }),
);
const members = membersOf(target);
const ten = { network: 'lan', vlan: 10 };

interface Calls {
  readonly calls: readonly { readonly byUnicast: string }[];
}

describe('who is on the VLANs', () => {
  it('is the PF, the VFs and the peers, and nobody on a user network', () => {
    expect(members.map(({ name, segment }) => `${name} ${String(segment.vlan)}`)).toEqual([
      'pf0 10',
      'vf0 10',
      'vf1 20',
      'server10 10',
      'server20 20',
    ]);
  });

  it('calls a function and every peer of the other VLAN', () => {
    const { calls } = fromGuestView(target, ten) as Calls;
    expect(calls.map(({ byUnicast }) => byUnicast)).toEqual([
      'pf0 sends to the MAC of vf1: no answer',
      'pf0 sends to the MAC of server20: no answer',
      'vf0 sends to the MAC of vf1: no answer',
      'vf0 sends to the MAC of server20: no answer',
    ]);
  });

  it('reaches its own peer, as a control', () => {
    const { controls } = isolationView(target) as { controls: readonly { title: string }[] };
    expect(controls.map(({ title }) => title)).toEqual([
      'pf0 reaches server10 on its own VLAN 10',
      'vf0 reaches server10 on its own VLAN 10',
      'vf1 reaches server20 on its own VLAN 20',
    ]);
  });
});

const COUNT = 3;
const silent: LinkBytes = { rx: 0, tx: 0 };

function counted(of: (member: Member) => LinkBytes) {
  const bytes = (peers: boolean) =>
    new Map(
      members.filter(({ namespace }) => (namespace === null) === peers).map((one) => [one.name, of(one)]),
    );
  return { functions: bytes(false), peers: bytes(true) };
}

function calling(member: Member): LinkBytes {
  return member.segment.vlan === 10 ? { rx: 42, tx: callCount(member, members) * COUNT * 98 } : silent;
}

function failed(of: (member: Member) => LinkBytes): string[] {
  return judge(
    ten,
    members,
    COUNT,
    counted(() => silent),
    counted(of),
  )
    .filter(({ ok }) => !ok)
    .map(({ title }) => title);
}

describe('the verdict on who called from VLAN 10', () => {
  it('is good when VLAN 20 has received nothing and VLAN 10 has heard itself', () => {
    expect(failed(calling)).toEqual([]);
  });

  it.each(['vf1', 'server20'])('is bad when %s has received one frame', (name) => {
    const leak = failed((member) => (member.name === name ? { rx: 42, tx: 0 } : calling(member)));
    expect(leak).toEqual([`from VLAN 10: ${name}, on VLAN 20, has received nothing`]);
  });

  it('is bad when nobody has sent, for silence then shows nothing', () => {
    expect(failed(() => silent)).toEqual([
      'from VLAN 10: pf0 has sent its packets',
      'from VLAN 10: pf0, on the same VLAN, has heard the others',
      'from VLAN 10: vf0 has sent its packets',
      'from VLAN 10: vf0, on the same VLAN, has heard the others',
      'from VLAN 10: server10 has sent its packets',
      'from VLAN 10: server10, on the same VLAN, has heard the others',
    ]);
  });

  it('is bad when only the ARP requests went out', () => {
    expect(failed((member) => ({ ...calling(member), tx: Math.min(calling(member).tx, 126) }))).toContain(
      'from VLAN 10: pf0 has sent its packets',
    );
  });
});
