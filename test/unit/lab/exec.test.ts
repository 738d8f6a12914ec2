import { describe, expect, it } from 'vitest';
import { readLab } from '../../../src/definition/read-lab.js';
import { machineNamed, startOnMember } from '../../../src/lab/exec.js';
import { accelerationOn, limitMsOn } from '../../../src/lab/run-script.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { selectTargets } from '../../../src/lab/test-lab.js';
import { settleDevices } from '../../../src/lab/settle-devices.js';
import { servicesOf } from '../../../src/lab/services.js';
import { packageFolder } from '../../../src/model/folders.js';
import { findByName, type Lab } from '../../../src/model/lab.js';
import type { GuestAgent } from '../../../src/qemu/guest-agent.js';
import { silentTask } from '../../../src/model/task.js';
import { lab, labWithNic } from '../../support/definition.js';
import { environmentIn } from '../../support/environment.js';
import { record } from '../../support/record.js';

const nested = readLab(`${packageFolder()}/labs/vdpa`).lab;

function running(of: Lab) {
  const done: string[] = [];
  const agent = (name: string) => ({
    start: async (argv: readonly string[]) => {
      done.push(`machine ${name}: ${argv.join(' ')}`);
      return Promise.resolve(1);
    },
    endOf: async () =>
      Promise.resolve({ exitCode: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), isCut: false }),
  });
  const { tools, ...rest } = record(of);
  const kvm = { accelerator: 'kvm', reason: 'it is there' } as const;
  const fake = {
    record: { ...rest, tools: { ...tools, acceleration: kvm } },
    peer: (name: string) => ({
      spawn: (argv: readonly string[]) => {
        done.push(`peer ${name}: ${argv.join(' ')}`);
        return { ended: Promise.resolve(0) };
      },
    }),
    guest: async (name: string) => Promise.resolve({ agent: agent(name) }),
    // No machine of it has the ports for commands, as if an older lab had started it.
    channels: { socket: () => '/no/such/socket' },
  };
  return { done, lab: fake as unknown as RunningLab };
}

async function runOnMember(up: RunningLab, member: string, argv: readonly [string, ...string[]]) {
  const told: string[] = [];
  const context = {
    environment: environmentIn('/no/such/folder'),
    onBuffered: (why: string) => told.push(why),
  };
  const options = { input: false, terminal: null, ownStreams: true };
  const command = await startOnMember(up, member, argv, options, context, silentTask());
  return { exitCode: await command.ended, told };
}

function hintOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as { problems: { hint: string }[] }).problems[0]?.hint;
  }
  return undefined;
}

describe('a member of a lab', () => {
  it('is a machine by its name, or by its path', () => {
    const { lab: up } = running(nested);
    expect(machineNamed(up, 'guest')).toBe('guest');
    expect(machineNamed(up, 'server.guest')).toBe('guest');
    expect(machineNamed(up, 'server')).toBe('server');
    expect(() => machineNamed(up, 'guest.server')).toThrow('no machine `guest.server`');
    expect(hintOf(() => machineNamed(up, 'x'))).toContain('server, server.guest');
    expect(hintOf(() => machineNamed(up, 'gust'))).toBe('did you mean `guest`?');
    expect(hintOf(() => machineNamed(up, 'server.gust'))).toBe('did you mean `server.guest`?');
    const none = running({ ...nested, machines: [] }).lab;
    expect(hintOf(() => machineNamed(none, 'x'))).toContain('none');
  });

  it('is one of several, by any of their names, and an unknown one is told with what there is', async () => {
    const two = lab({
      networks: { lan: { subnet: '10.0.0.0/16' } },
      peers: {
        near: { network: 'lan', address: '10.0.0.1' },
        far: { network: 'lan', address: '10.0.0.2' },
      },
      machines: { outer: {}, inner: { on: 'outer' } },
    });
    const of = running(two);
    for (const member of ['far', 'near', 'inner']) await runOnMember(of.lab, member, ['true']);
    expect(of.done.map((line) => line.split(':')[0])).toEqual(['peer far', 'peer near', 'machine inner']);
    await expect(runOnMember(of.lab, 'fra', ['true'])).rejects.toMatchObject({
      problems: [{ hint: 'did you mean `far`?' }],
    });
    await expect(runOnMember(of.lab, 'x', ['true'])).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-MEMBER-UNKNOWN',
          message: 'lab example has no machine or peer `x`',
          hint: 'use one of: outer, outer.inner, near, far',
        },
      ],
    });
  });

  it('runs a command: a peer as it is, a machine by a shell', async () => {
    const of = running(nested);
    await runOnMember(of.lab, 'external', ['ip', 'link']);
    await runOnMember(of.lab, 'server.guest', ['ip', 'link']);
    await runOnMember(of.lab, 'server', ['true']);
    expect(of.done).toEqual([
      'peer external: ip link',
      'machine guest: /bin/sh -c [ -z "$1" ] || export TERM="$1"; shift; . /etc/profile 2>/dev/null; exec "$@" sh  ip link',
      'machine server: /bin/sh -c [ -z "$1" ] || export TERM="$1"; shift; . /etc/profile 2>/dev/null; exec "$@" sh  true',
    ]);
    const error: unknown = await runOnMember(of.lab, 'x', ['true']).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ problems: [{ code: 'LAB-MEMBER-UNKNOWN' }] });
    expect((error as { problems: { hint: string }[] }).problems[0]?.hint).toContain(
      'server, server.guest, external',
    );
  });
});

describe('a machine', () => {
  it('has more time where it, or what is around it, is emulated', () => {
    const { lab: up } = running(nested);
    const [server, guest] = ['server', 'guest'].map((name) => findByName(nested.machines, name));
    if (server === undefined || guest === undefined) throw new Error('the lab has changed');
    expect(limitMsOn(up, server, 1000)).toBe(1000);
    expect(limitMsOn(up, guest, 1000)).toBe(5000);
    expect(accelerationOn(up, server).accelerator).toBe('kvm');
    expect(accelerationOn(up, guest).accelerator).toBe('tcg');
  });

  it('is asked to wait for its drivers by what knows of them, if it has that', async () => {
    const asked: string[][] = [];
    const run = async (argv: string[]): Promise<void> => {
      asked.push(argv);
      return Promise.resolve();
    };
    await settleDevices({ run } as unknown as GuestAgent, new AbortController().signal);
    expect(asked).toEqual([['/bin/sh', '-c', expect.stringContaining('udevadm settle') as string, '60']]);
  });
});

describe('the checks of a run', () => {
  const of = labWithNic({ vfs: 1 }, ['vf-creation', 'traffic']);
  it('are all, or those that are named', () => {
    const names = (only: string[]): string[] => selectTargets(of, only).map(({ request }) => request.check);
    expect(names([])).toEqual(['vf-creation', 'traffic']);
    expect(names(['traffic'])).toEqual(['traffic']);
    expect(() => names(['traffic', 'storage'])).toThrow('no check `storage`');
    expect(hintOf(() => names(['storage']))).toContain('vf-creation, traffic');
    expect(hintOf(() => selectTargets(labWithNic(), ['traffic']))).toContain('`checks`');
  });

  it('may need no services', () => {
    expect(servicesOf(labWithNic({ vfs: 1 }, ['vf-creation']))).toEqual([]);
    expect(servicesOf(lab({ machines: { guest: {} } }))).toEqual([]);
  });
});
