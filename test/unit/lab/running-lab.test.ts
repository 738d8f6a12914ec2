import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channels } from '../../../src/lab/channels.js';
import { LabFolder, type LabRecord, type RecordedPart } from '../../../src/lab/record.js';
import { RunningLab } from '../../../src/lab/running-lab.js';
import { Site } from '../../../src/lab/site.js';
import { identify, type ProcessIdentity } from '../../../src/process/identity.js';
import type { GuestAgent } from '../../../src/qemu/guest-agent.js';
import { lab, labWithNic } from '../../support/definition.js';
import { gone, record, recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const nested = lab({ machines: { outer: {}, inner: { on: 'outer' } } });
let folder: LabFolder;

beforeEach(() => {
  folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function self(): ProcessIdentity {
  const found = identify(process.pid);
  if (found === undefined) throw new Error('this process is not there');
  return found;
}

/** A lab that this process holds. */
function held(of = nested, parts: readonly RecordedPart[] = []): LabRecord {
  return record(of, { holder: { outer: self(), init: self() }, parts });
}

/** The agents of its machines, which know of no process but this one. */
function answering(channels: Channels): { asked: string[]; signals: unknown[] } {
  const seen = { asked: [] as string[], signals: [] as unknown[] };
  const { startTime, bootId } = self();
  const agent = (machine: string): Partial<GuestAgent> => ({
    run: async (argv) => {
      seen.asked.push(`${machine}: ${argv.slice(3).join(' ')}`);
      const found = argv.at(-1) === String(process.pid);
      return Promise.resolve({
        exitCode: found ? 0 : 1,
        stdout: found ? `${startTime} R 1 ${bootId}\n` : '',
        stderr: '',
      });
    },
  });
  const answer = async (machine: string, signal?: AbortSignal): Promise<GuestAgent> => {
    seen.signals.push(signal);
    return Promise.resolve(agent(machine) as GuestAgent);
  };
  vi.spyOn(channels, 'agent').mockImplementation(answer);
  return seen;
}

const machine = (name: string, main: ProcessIdentity | null = self()): RecordedPart =>
  recorded('machine', name, { main });
const { signal } = new AbortController();

describe('a lab that is up', () => {
  it('is none without the process that holds it, which is told with what to do', () => {
    for (const holder of [null, { outer: gone, init: gone }])
      expect(() => new RunningLab(folder, record(nested, { holder }))).toThrow(
        expect.objectContaining({
          problems: [
            { code: 'LAB-NOT-UP', message: 'lab example is not up', hint: 'bring it up: lab up example' },
          ],
        }) as Error,
      );
  });

  it('has its namespace and its peers, whose working folder is the lab’s', async () => {
    const running = new RunningLab(folder, held());
    writeFileSync(join(folder.run, 'network.sh'), '');
    expect(running.namespace.description).toBe('the lab’s namespace');
    expect(await running.namespace.exists('network.sh')).toBe(true);
    expect(await running.namespace.exists('functions.sh')).toBe(false);
    expect(running.peer('far').description).toBe('peer far');
  });

  it('knows the QEMU of a machine that runs', async () => {
    const running = new RunningLab(folder, held(nested, [machine('outer')]));
    expect(await running.qemu('outer')).toEqual(self());
  });

  it.each([
    ['whose QEMU has ended', [machine('outer', gone)]],
    ['that was never seen running', [machine('outer', null)]],
    ['that was never begun', [recorded('service', 'outer', { main: self() })]],
  ])('says of a machine %s that it is not running, and what to do', async (_, parts) => {
    const running = new RunningLab(folder, held(nested, parts));
    const down = {
      problems: [
        {
          code: 'LAB-MACHINE-DOWN',
          message: 'machine outer of lab example is not running',
          hint: 'start it again: lab up example',
        },
      ],
    };
    await expect(running.qemu('outer')).rejects.toMatchObject(down);
    await expect(running.guest('outer')).rejects.toMatchObject(down);
    // Not of the one inside: the user has to know which one has ended.
    await expect(running.hostOf('inner')).rejects.toMatchObject(down);
  });

  it('looks for a machine that runs inside another in there', async () => {
    const running = new RunningLab(folder, held(nested, [machine('outer'), machine('inner')]));
    const { asked, signals } = answering(running.channels);
    expect((await running.hostOf('outer', signal)).description).toBe('the lab’s namespace');
    expect(asked).toEqual([]);
    expect((await running.hostOf('inner', signal)).description).toBe('machine outer');
    expect(await running.qemu('inner', signal)).toEqual(self());
    expect(asked).toEqual([`outer: ${process.pid}`]);
    expect(signals).toEqual([signal, signal]);
    await expect(
      new RunningLab(folder, held(nested, [machine('outer', gone), machine('inner')])).qemu('inner'),
    ).rejects.toThrow('machine outer');
  });

  it('lends the inside of a machine', async () => {
    const running = new RunningLab(folder, held(nested, [machine('outer')]));
    const { asked, signals } = answering(running.channels);
    const guest = await running.guest('outer', signal);
    await guest.run(['/bin/sh', '-c', ':', 'here']);
    expect([guest.description, asked, signals]).toEqual(['machine outer', ['outer: here'], [signal]]);
  });

  it('ends its sessions when it is closed', async () => {
    const running = new RunningLab(folder, held());
    const close = vi.spyOn(running.channels, 'close');
    await running.close();
    expect(close).toHaveBeenCalledOnce();
  });
});

describe('a lab while it comes up', () => {
  const network = recorded('network', 'networks');
  const guest = recorded('machine', 'guest', { state: 'starting' });
  const site = (changes: Partial<LabRecord> = {}): Site =>
    new Site(folder, record(labWithNic(), { parts: [network, guest], ...changes }));

  it('records what is new about one part, at once and of that part alone', () => {
    const of = site();
    of.update('machine guest', { state: 'ready', main: self() });
    const parts = [network, { ...guest, state: 'ready', main: self() }];
    expect(of.record.parts).toEqual(parts);
    expect(folder.read()?.parts).toEqual(parts);
  });

  it('records a part that begins again in the place of its earlier record, and another one after all', () => {
    const of = site();
    const again = { ...network, digest: '2' };
    const other = recorded('service', 'guest');
    of.note(again);
    of.note(other);
    expect(folder.read()?.parts).toEqual([again, guest, other]);
  });

  it('takes parts off the record', () => {
    const of = site();
    of.drop(new Set(['machine guest']));
    expect(folder.read()?.parts).toEqual([network]);
  });

  it('goes on with a changed definition, over sessions of its own', async () => {
    const of = site();
    const before = of.channels;
    const close = vi.spyOn(before, 'close');
    await of.adopt({ lab: nested });
    expect(close).toHaveBeenCalledOnce();
    expect(of.channels).not.toBe(before);
    expect(of.record).toMatchObject({ lab: nested, parts: [network, guest] });
    expect(folder.read()).toEqual(of.record);
  });

  it('notes what happens, with its details', () => {
    site().log('machine-ready', { machine: 'guest' });
    expect(JSON.parse(readFileSync(folder.events, 'utf8'))).toMatchObject({
      event: 'machine-ready',
      machine: 'guest',
    });
  });

  it('has its places, this computer among them', async () => {
    const of = site({ holder: { outer: self(), init: self() } });
    answering(of.channels);
    const places = [
      of.computer,
      await of.host('namespace'),
      await of.host({ peer: 'server' }),
      await of.host({ machine: 'guest' }),
      await of.guest('guest'),
    ];
    expect(places.map(({ description }) => description)).toEqual([
      'this computer',
      'the lab’s namespace',
      'peer server',
      'machine guest',
      'machine guest',
    ]);
    await of.computer.putFile('here', '');
    expect(await (await of.host('namespace')).exists('here')).toBe(true);
  });

  it('has nowhere to run anything before it has a namespace', async () => {
    await expect(site().host('namespace')).rejects.toThrow('the lab has no namespace');
    await expect(site().host({ peer: 'server' })).rejects.toThrow('the lab has no namespace');
  });

  it('ends its sessions when it is closed', async () => {
    const of = site();
    const close = vi.spyOn(of.channels, 'close');
    await of.close();
    expect(close).toHaveBeenCalledOnce();
  });
});
