import { describe, expect, it } from 'vitest';
import { intentions } from '../../../src/cli/server-flags.js';
import { inPlaceOf, type ServerWish } from '../../../src/definition/real-server.js';
import { resolveLab } from '../../../src/definition/resolve.js';
import type { LabFile } from '../../../src/definition/shape.js';
import type { NicFile } from '../../../src/definition/shape-nic.js';
import { UsageError } from '../../../src/errors/families.js';
import type { Lab } from '../../../src/model/lab.js';
import { labGraph } from '../../../src/report/graph/lab-graph.js';
import { topologyShape } from '../../../src/results/topology.js';
import { draft, lab } from '../../support/definition.js';

const BDF = '0000:5e:00.0';
const OTHER = '0000:5e:00.1';

/** A server with two NICs of two VFs each, and what runs on it. */
function nested(guestNics: Record<string, NicFile>, more: Partial<LabFile> = {}): LabFile {
  return {
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
  };
}

function wish(nics: readonly string[], eswitch?: ServerWish['eswitch']): ServerWish {
  return { nics, eswitch };
}

/** The lab with this computer in the place of the server. */
function placed(written: LabFile, nics: readonly string[] = [BDF], eswitch?: ServerWish['eswitch']): Lab {
  return resolveLab(inPlaceOf(draft(written), wish(nics, eswitch)));
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
    expect(placed(oneNic).server).toMatchObject({
      name: 'server',
      pfs: [{ nic: 'pf0', bdf: BDF, eswitch: null, vfs: ['vf0', 'vf1'] }],
    });
  });

  it('are named when several serve, in any order', () => {
    const { server } = placed(twoNics, [`pf1=${OTHER}`, `pf0=${BDF}`], 'switchdev');
    expect(server?.pfs).toEqual([
      { nic: 'pf1', bdf: OTHER, eswitch: 'switchdev', vfs: ['vf0', 'vf1'] },
      { nic: 'pf0', bdf: BDF, eswitch: 'switchdev', vfs: ['vf0', 'vf1'] },
    ]);
  });

  it.each([
    ['none', []],
    ['one that serves nothing', [`pf1=${BDF}`]],
    ['one too many', [`pf0=${BDF}`, `pf1=${OTHER}`]],
    ['one NIC twice', [BDF, OTHER]],
  ])('are refused: %s', (_, nics) => {
    const { code, message, problems } = refusal(() => placed(oneNic, nics));
    expect(code).toBe('LAB-SERVER');
    expect(message).toBe('--nic must name a PF of this computer for each of: pf0');
    expect(problems[0].hint).toBe('write --nic pf0=0000:5e:00.0');
  });

  it('are refused when one of two is missing: the hint names both', () => {
    const { problems } = refusal(() => placed(twoNics, [BDF]));
    expect(problems[0].hint).toBe('write --nic pf0=0000:5e:00.0 --nic pf1=0000:5e:00.0');
  });

  it.each<[number, LabFile['machines']]>([
    [0, { guest: {} }],
    [
      2,
      {
        one: {},
        two: {},
        in1: { on: 'one', memory: '128M' },
        in2: { on: 'two', memory: '128M' },
      },
    ],
  ])('cannot stand for any of %i machines that others run on', (count, machines) => {
    const { code, message } = refusal(() => placed({ machines }));
    expect(code).toBe('LAB-SERVER');
    expect(message).toContain(`has ${count} machines that others run on`);
  });
});

describe('the lab with this computer in the place of the server', () => {
  it('has what ran on the server here, and neither the lab’s networks nor its peers', () => {
    const here = placed(oneNic);
    expect(here.machines.map(({ name, on }) => [name, on])).toEqual([['guest', null]]);
    expect(here.networks).toEqual([]);
    expect(here.peers).toEqual([]);
  });

  it('keeps the names and addresses of the functions that run here', () => {
    const guest = lab(oneNic).machines.find(({ name }) => name === 'guest');
    expect(placed(oneNic).machines[0]?.nics).toEqual(guest?.nics);
  });

  it('keeps what runs on the guest where it is', () => {
    const { machines } = placed({
      networks: { lan: null },
      machines: {
        server: { memory: '2G', nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
        guest: { on: 'server', memory: '1G', nics: { pf0: { backend: { vdpa: 'pf0.vf0' } } } },
        innermost: { on: 'guest', memory: '128M' },
      },
    });
    expect(machines.map(({ name, on }) => [name, on])).toEqual([
      ['guest', null],
      ['innermost', 'guest'],
    ]);
  });

  it('keeps the checks that need no peer, and says which it leaves out', () => {
    const { checks, server } = placed(
      nested(
        { pf0: { backend: { vdpa: 'pf0.vf0' }, vfs: [{ backend: { vdpa: 'pf0.vf1' } }] } },
        { checks: [{ 'vf-creation': { machine: 'guest' } }, { 'vdpa-path': { machine: 'guest' } }] },
      ),
    );
    expect(checks.map(({ check }) => check)).toEqual(['vf-creation']);
    expect(server?.checksLeftOut).toEqual(['vdpa-path on guest']);
  });

  it('is drawn, and kept, with the real PFs: the vDPA devices lead to their VFs', () => {
    const { root, links } = labGraph(topologyShape.parse(placed(oneNic, [BDF], 'switchdev')));
    expect(root.lines).toEqual(['in the place of machine server']);
    const nic = root.boxes.find(({ kind }) => kind === 'nic');
    expect(nic?.lines).toEqual([BDF, 'switch: switchdev']);
    expect(nic?.boxes.map(({ title }) => title)).toEqual(['PF pf0', 'VF vf0', 'VF vf1']);
    const [, ...vfs] = nic?.boxes.map(({ id }) => id) ?? [];
    expect(links.filter(({ to }) => vfs.includes(to))).toHaveLength(2);
  });

  it('is refused when a tap inside the server would be this computer’s', () => {
    const withTap: LabFile = {
      networks: { lan: null, inner: { on: 'server' } },
      machines: {
        server: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
        guest: {
          on: 'server',
          memory: '384M',
          nics: { pf0: { backend: { vdpa: 'pf0.vf0' } }, pf1: { backend: { tap: 'inner' } } },
        },
      },
    };
    const { code, message } = refusal(() => placed(withTap));
    expect(code).toBe('LAB-SERVER');
    expect(message).toBe('machine guest has a tap, but no bridge is made on this computer for it');
  });
});

describe('what is said beforehand', () => {
  it('is the VFs and the vDPA devices, when the switch stays as it is', () => {
    expect(intentions(placed(oneNic))).toEqual([
      `make 2 VFs of PF ${BDF}, unless it has as many`,
      'make vDPA devices of: pf0.vf0, pf0.vf1',
    ]);
  });

  it('is the switch’s mode and the bridge too, for each PF', () => {
    const lines = intentions(placed(twoNics, [`pf0=${BDF}`, `pf1=${OTHER}`], 'switchdev'));
    for (const bdf of [BDF, OTHER]) {
      expect(lines).toContain(`set the switch of PF ${bdf} to switchdev`);
      expect(lines).toContain(`put the representors of PF ${bdf} on a bridge of their own`);
    }
  });
});

it('is refused for a lab with a cluster, whose control plane is in a peer', () => {
  const cluster = nested(
    { pf0: { backend: { vdpa: 'pf0.vf0' } } },
    { kubernetes: { 'control-plane': 'external', nodes: ['guest'], vfs: 'none' } },
  );
  expect(refusal(() => placed(cluster)).message).toMatch(/cluster .* needs a peer.* has none/);
});
