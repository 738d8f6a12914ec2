import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { changesAnything, planUp, type Desired, type PlanStep } from '../../../src/lab/plan.js';
import type { LabRecord, MachineRecord } from '../../../src/lab/record.js';
import { identify, isAlive, type ProcessIdentity } from '../../../src/process/identity.js';
import { labWithNic } from '../../support/definition.js';
import { gone, record } from '../../support/record.js';

const desired: Desired = { network: 'n1', machines: { guest: { digest: 'm1', on: null } } };

function self(): ProcessIdentity {
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error('this process runs');
  return identity;
}

function machine(changes: Partial<MachineRecord> = {}): MachineRecord {
  return { digest: 'm1', outer: self(), qemu: self(), ready: true, ...changes };
}

function running(changes: Partial<LabRecord> = {}): LabRecord {
  return record(labWithNic(), {
    holder: { outer: self(), init: self() },
    network: 'n1',
    machines: { guest: machine() },
    ...changes,
  });
}

/** The machines whose recorded process runs. */
function alive(recorded: LabRecord | undefined): Set<string> {
  const machines = Object.entries(recorded?.machines ?? {});
  return new Set(machines.flatMap(([name, { qemu }]) => (qemu !== null && isAlive(qemu) ? [name] : [])));
}

function shown(plan: readonly PlanStep[]): string[] {
  return plan.map(({ kind, name, action, reason }) => `${action} ${kind} ${name}: ${reason}`);
}

const keepsNetwork = 'keep network networks and peers: they are as defined';
const keepsNamespace = 'keep namespace lab: it is as defined';
const newNetwork = 'create network networks and peers: the namespace is new';
const newMachine = 'create machine guest: it does not run';

describe('planUp', () => {
  it.each<[string, LabRecord | undefined, Desired, string[]]>([
    [
      'nothing is recorded',
      undefined,
      desired,
      ['create namespace lab: the lab is not up', newNetwork, newMachine],
    ],
    [
      'a record without a holder',
      running({ holder: null }),
      desired,
      ['create namespace lab: the lab is not up', newNetwork, newMachine],
    ],
    [
      'the holder has ended',
      running({ holder: { outer: self(), init: gone } }),
      desired,
      ['replace namespace lab: the process that held it has ended', newNetwork, newMachine],
    ],
    [
      'the networks were not finished',
      running({ network: null }),
      desired,
      ['replace namespace lab: an earlier `lab up` was interrupted in its networks', newNetwork, newMachine],
    ],
    [
      'other networks',
      running(),
      { ...desired, network: 'n2' },
      ['replace namespace lab: the networks of the definition have changed', newNetwork, newMachine],
    ],
    [
      'all is as defined',
      running(),
      desired,
      [keepsNamespace, keepsNetwork, 'keep machine guest: it runs as defined'],
    ],
    ['a machine is new', running({ machines: {} }), desired, [keepsNamespace, keepsNetwork, newMachine]],
    [
      'its QEMU was never seen',
      running({ machines: { guest: machine({ qemu: null }) } }),
      desired,
      [keepsNamespace, keepsNetwork, 'replace machine guest: its QEMU has ended'],
    ],
    [
      'its QEMU has ended',
      running({ machines: { guest: machine({ qemu: gone }) } }),
      desired,
      [keepsNamespace, keepsNetwork, 'replace machine guest: its QEMU has ended'],
    ],
    [
      'it was started from something else',
      running({ machines: { guest: machine({ digest: 'm0' }) } }),
      desired,
      [keepsNamespace, keepsNetwork, 'replace machine guest: its definition, image or QEMU has changed'],
    ],
    [
      'it never came up',
      running({ machines: { guest: machine({ ready: false }) } }),
      desired,
      [
        keepsNamespace,
        keepsNetwork,
        'replace machine guest: an earlier `lab up` was interrupted while it booted',
      ],
    ],
    [
      'a machine is no longer wanted',
      running({ machines: { old: machine(), guest: machine() } }),
      desired,
      [
        keepsNamespace,
        keepsNetwork,
        'remove machine old: the definition has it no more',
        'keep machine guest: it runs as defined',
      ],
    ],
    [
      'machines of a namespace that has gone are not removed one by one',
      running({ holder: { outer: gone, init: gone }, machines: { old: machine() } }),
      desired,
      ['replace namespace lab: the process that held it has ended', newNetwork, newMachine],
    ],
  ])('%s', (_, recorded, wanted, plan) => {
    const made = planUp(wanted, recorded, alive(recorded));
    expect(shown(made)).toEqual(plan);
    expect(changesAnything(made)).toBe(plan.some((step) => !step.startsWith('keep')));
  });

  describe('of machines inside others', () => {
    const nested: Desired = {
      network: 'n1',
      machines: {
        server: { digest: 's1', on: null },
        guest: { digest: 'm1', on: 'server' },
        inner: { digest: 'i1', on: 'guest' },
      },
    };
    const up = running({
      machines: {
        server: machine({ digest: 's1' }),
        guest: machine({ outer: null }),
        inner: machine({ digest: 'i1', outer: null }),
      },
    });

    it('keeps them while those around them are kept', () => {
      const plan = planUp(nested, up, new Set(['server', 'guest', 'inner']));
      expect(changesAnything(plan)).toBe(false);
    });

    it('makes those anew that are inside one that is made anew, whatever is recorded of them', () => {
      const plan = planUp(nested, up, new Set(['guest', 'inner']));
      expect(shown(plan).slice(2)).toEqual([
        'replace machine server: its QEMU has ended',
        'create machine guest: machine server, which it runs on, is new',
        'create machine inner: machine guest, which it runs on, is new',
      ]);
    });

    it('leaves those around alone', () => {
      const plan = planUp(nested, up, new Set(['server', 'guest']));
      expect(shown(plan).slice(2)).toEqual([
        'keep machine server: it runs as defined',
        'keep machine guest: it runs as defined',
        'replace machine inner: its QEMU has ended',
      ]);
    });
  });

  describe('with a real process', () => {
    let child: ReturnType<typeof spawn> | undefined;
    afterEach(() => {
      child?.kill('SIGKILL');
    });

    it('sees that a QEMU that ran has ended', async () => {
      child = spawn('sleep', ['100']);
      const qemu = identify(child.pid ?? 0) ?? gone;
      const recorded = running({ machines: { guest: machine({ qemu }) } });
      expect(changesAnything(planUp(desired, recorded, alive(recorded)))).toBe(false);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(shown(planUp(desired, recorded, alive(recorded))).at(-1)).toBe('replace machine guest: its QEMU has ended');
    });
  });
});
