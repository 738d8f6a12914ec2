import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors/families.js';
import { inPlaceOf, intentions, realServer } from '../../../src/lab/real-server.js';
import type { LabFile } from '../../../src/definition/shape.js';
import type { NicFile } from '../../../src/definition/shape-nic.js';
import type { Lab } from '../../../src/model/lab.js';
import { lab } from '../../support/definition.js';

const BDF = '0000:5e:00.0';
const OTHER = '0000:5e:00.1';

/** A server with two NICs of two VFs each, and what runs on it. */
function nested(guestNics: Record<string, NicFile>, more: Partial<LabFile> = {}): Lab {
  return lab({
    networks: { lan: { subnet: '10.0.0.0/24' } },
    peers: { external: { network: 'lan', address: '10.0.0.1' } },
    machines: {
      server: {
        nics: {
          pf0: { backend: { tap: 'lan' }, vfs: 2 },
          pf1: { backend: { tap: 'lan' }, vfs: 2 },
        },
      },
      guest: { on: 'server', memory: '384M', nics: guestNics },
    },
    ...more,
  });
}

const oneNic = nested({ pf0: { backend: { vdpa: 'pf0.vf0' }, vfs: [{ backend: { vdpa: 'pf0.vf1' } }] } });
const twoNics = nested({ pf0: { backend: { vdpa: 'pf0.vf0' } }, pf1: { backend: { vdpa: 'pf1.vf1' } } });

function refusal(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the PFs that stand for a machine’s NICs', () => {
  it('need no name when one NIC serves', () => {
    const { machine, pfs } = realServer(oneNic, [BDF], undefined);
    expect(machine.name).toBe('server');
    expect([...pfs]).toEqual([['pf0', { bdf: BDF, eswitch: null }]]);
  });

  it('are named when several serve, in any order', () => {
    const { pfs } = realServer(twoNics, [`pf1=${OTHER}`, `pf0=${BDF}`], 'switchdev');
    expect(pfs.get('pf0')).toEqual({ bdf: BDF, eswitch: 'switchdev' });
    expect(pfs.get('pf1')).toEqual({ bdf: OTHER, eswitch: 'switchdev' });
  });

  it.each([
    ['none', []],
    ['one that serves nothing', [`pf1=${BDF}`]],
    ['one too many', [`pf0=${BDF}`, `pf1=${OTHER}`]],
    ['one NIC twice', [BDF, OTHER]],
  ])('are refused: %s', (_, nics) => {
    const { code, message, problems } = refusal(() => realServer(oneNic, nics, undefined));
    expect(code).toBe('LAB-SERVER');
    expect(message).toBe('--nic must name a PF of this computer for each of: pf0');
    expect(problems[0].hint).toBe('write --nic pf0=0000:5e:00.0');
  });

  it('are refused when one of two is missing: the hint names both', () => {
    const { problems } = refusal(() => realServer(twoNics, [BDF], undefined));
    expect(problems[0].hint).toBe('write --nic pf0=0000:5e:00.0 --nic pf1=0000:5e:00.0');
  });

  it.each([
    [0, lab({ machines: { guest: {} } })],
    [
      2,
      lab({
        machines: {
          one: {},
          two: {},
          in1: { on: 'one', memory: '128M' },
          in2: { on: 'two', memory: '128M' },
        },
      }),
    ],
  ])('cannot stand for any of %i machines that others run on', (count, other) => {
    const { code, message } = refusal(() => realServer(other, [BDF], undefined));
    expect(code).toBe('LAB-SERVER');
    expect(message).toContain(`has ${count} machines that others run on`);
  });
});

describe('the lab with this computer in the place of the server', () => {
  it('has what ran on the server here, and neither the lab’s networks nor its peers', () => {
    const here = inPlaceOf(oneNic, realServer(oneNic, [BDF], undefined)).lab;
    expect(here.machines.map(({ name, on }) => [name, on])).toEqual([['guest', null]]);
    expect(here.networks).toEqual([]);
    expect(here.peers).toEqual([]);
  });

  it('keeps what runs on the guest where it is', () => {
    const three = lab({
      networks: { lan: null },
      machines: {
        server: { memory: '2G', nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
        guest: { on: 'server', memory: '1G', nics: { pf0: { backend: { vdpa: 'pf0.vf0' } } } },
        innermost: { on: 'guest', memory: '128M' },
      },
    });
    const { machines } = inPlaceOf(three, realServer(three, [BDF], undefined)).lab;
    expect(machines.map(({ name, on }) => [name, on])).toEqual([
      ['guest', null],
      ['innermost', 'guest'],
    ]);
  });

  it('keeps the checks that need no peer, and says which it leaves out', () => {
    const checked: Lab = nested(
      { pf0: { backend: { vdpa: 'pf0.vf0' }, vfs: [{ backend: { vdpa: 'pf0.vf1' } }] } },
      { checks: [{ 'vf-creation': { machine: 'guest' } }, { 'vdpa-path': { machine: 'guest' } }] },
    );
    const { lab: here, leftOut } = inPlaceOf(checked, realServer(checked, [BDF], undefined));
    expect(here.checks.map(({ check }) => check)).toEqual(['vf-creation']);
    expect(leftOut).toEqual(['vdpa-path on guest']);
  });

  it('is refused when a tap inside the server would be this computer’s', () => {
    const withTap = lab({
      networks: { lan: null, inner: { on: 'server' } },
      machines: {
        server: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
        guest: {
          on: 'server',
          memory: '384M',
          nics: { pf0: { backend: { vdpa: 'pf0.vf0' } }, pf1: { backend: { tap: 'inner' } } },
        },
      },
    });
    const { code, message } = refusal(() => inPlaceOf(withTap, realServer(withTap, [BDF], undefined)));
    expect(code).toBe('LAB-SERVER');
    expect(message).toBe('machine guest has a tap, and no bridge is made on this computer for it');
  });
});

describe('what is said beforehand', () => {
  it('is the VFs and the vDPA devices, when the switch stays as it is', () => {
    expect(intentions(oneNic, realServer(oneNic, [BDF], undefined))).toEqual([
      `have PF ${BDF} make 2 VFs, unless it has as many`,
      'make vDPA devices of: pf0.vf0, pf0.vf1',
    ]);
  });

  it('is the switch’s mode and the bridge too, for each PF', () => {
    const lines = intentions(twoNics, realServer(twoNics, [`pf0=${BDF}`, `pf1=${OTHER}`], 'switchdev'));
    for (const bdf of [BDF, OTHER]) {
      expect(lines).toContain(`set the switch of PF ${bdf} to switchdev`);
      expect(lines).toContain(`put the representors of PF ${bdf} on a bridge of their own`);
    }
  });
});
