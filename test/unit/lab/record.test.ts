import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StateError } from '../../../src/errors/families.js';
import { formatError, toLabError } from '../../../src/errors/format.js';
import { logEvent } from '../../../src/lab/events.js';
import {
  findIdOfKnown,
  findRecord,
  findRunningLab,
  findRecordOfKnown,
} from '../../../src/lab/find-record.js';
import { withLabLock } from '../../../src/lab/lab-lock.js';
import { labLogs, logsIn, logNames } from '../../../src/lab/logs.js';
import { namespacePart } from '../../../src/lab/parts/namespace.js';
import { planUp } from '../../../src/lab/plan.js';
import {
  allRecords,
  damagedRecords,
  LabFolder,
  labId,
  labName,
  recordedPart,
  type LabRecord,
} from '../../../src/lab/record.js';
import { statusOf } from '../../../src/lab/status.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import { identify } from '../../../src/process/identity.js';
import { takeLock, type Lock } from '../../../src/process/lock.js';
import { lab, labWithNic } from '../../support/definition.js';
import { gone, record, recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const machines = { guest: {} };

afterEach(() => {
  vi.useRealTimers();
});

function catchError(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('the record of a lab', () => {
  it('is read as it was written, and nobody else may read it', () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const written = record(labWithNic({ vfs: 3 }), { id: folder.id });
    folder.write(written);
    expect(folder.read()).toEqual(written);
    expect(statSync(join(folder.folder, 'state.json')).mode & 0o077).toBe(0);
    expect(statSync(folder.folder).mode & 0o077).toBe(0);
  });

  it('is replaced whole: a half-written successor beside it changes nothing, and none is left', () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const first = record(labWithNic(), { id: folder.id });
    folder.write(first);
    writeFileSync(join(folder.folder, 'state.json.new'), '{"version": 1, "id": ');
    expect(folder.read()).toEqual(first);
    folder.write({ ...first, startedAt: 'later' });
    expect(folder.read()?.startedAt).toBe('later');
    expect(readdirSync(folder.folder)).toEqual(['state.json']);
  });

  it('stays as it was when its successor cannot be written', () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const first = record(labWithNic(), { id: folder.id });
    folder.write(first);
    mkdirSync(join(folder.folder, 'state.json.new'));
    expect(() => {
      folder.write({ ...first, startedAt: 'later' });
    }).toThrow('EISDIR');
    expect(folder.read()).toEqual(first);
  });

  it('of another version is seen, so that the lab can be taken down, and replaced by the next `up`', () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const holder = { outer: gone, init: gone };
    const old = { ...record(labWithNic(), { id: folder.id, holder }), version: 1 };
    folder.write(old);
    expect(allRecords(scratch())).toEqual([old]);
    expect(planUp([namespacePart()], old, new Set())[0]).toMatchObject({
      action: 'replace',
      reason: 'it was brought up by another version of lab',
    });
  });

  it('that is damaged is told, with its place and what to do', () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    folder.write(record(labWithNic()));
    writeFileSync(join(folder.folder, 'state.json'), '{"version": 2, "id": ');
    expect(() => folder.read()).toThrow(StateError);
    expect((catchError(() => folder.read()) as Error).cause).toBeInstanceOf(SyntaxError);
    expect(formatError(toLabError(catchError(() => folder.read())))).toMatch(
      /state\.json: the record of lab x is damaged \[LAB-STATE-UNREADABLE\]\n {2}next: `lab down x-12345678` ends/,
    );
  });

  it.each([
    ['empty', ''],
    ['nothing but zeros', '\0\0\0\0'],
    ['another kind of JSON', '[]'],
    ['null', 'null'],
    ['an object of something else', '{"version": 6}'],
    ['without its holder', JSON.stringify({ ...record(labWithNic()), holder: undefined })],
    ['with a holder that is none', JSON.stringify({ ...record(labWithNic()), holder: { init: 1 } })],
    ['without its parts', JSON.stringify({ ...record(labWithNic()), parts: undefined })],
    ['with a part that is none', JSON.stringify({ ...record(labWithNic()), parts: [{ kind: 'machine' }] })],
    ['without its tools', JSON.stringify({ ...record(labWithNic()), tools: {} })],
    ['with a lab that is none', JSON.stringify({ ...record(labWithNic()), lab: { name: 'x' } })],
  ])('is damaged when it is %s, and hinders no other', (_, text) => {
    const folder = new LabFolder(scratch(), labId('x', '/x/lab.yaml'));
    folder.write(record(labWithNic(), { id: folder.id }));
    writeFileSync(join(folder.folder, 'state.json'), text);
    const sound = new LabFolder(scratch(), 'other-12345678');
    sound.write(record(lab({ name: 'other', machines }), { id: sound.id }));

    expect(allRecords(scratch()).map(({ id }) => id)).toEqual([sound.id]);
    expect(damagedRecords(scratch())).toMatchObject([
      { id: folder.id, error: { code: 'LAB-STATE-UNREADABLE' } },
    ]);
    expect(findRecord(scratch(), 'other')?.id).toBe(sound.id);
    expect(findIdOfKnown(scratch(), 'other')).toBe(sound.id);
    for (const name of ['x', folder.id, '/x', '/x/lab.yaml']) {
      expect(() => findRecord(scratch(), name)).toThrow(StateError);
      expect(() => findRunningLab(scratch(), name)).toThrow(StateError);
      expect(findIdOfKnown(scratch(), name)).toBe(folder.id);
    }
  });

  it('that is damaged is not mistaken for another lab of its name', () => {
    const mine = new LabFolder(scratch(), labId('x', '/x/lab.yaml'));
    mine.write(record(labWithNic(), { id: mine.id }));
    writeFileSync(join(mine.folder, 'state.json'), '');
    const other = new LabFolder(scratch(), labId('x', '/other/lab.yaml'));
    other.write(record(lab({ name: 'x', machines }), { id: other.id, definition: '/other/lab.yaml' }));
    expect(findIdOfKnown(scratch(), '/x')).toBe(mine.id);
    expect(() => findRecord(scratch(), '/x')).toThrow(StateError);
    expect(findIdOfKnown(scratch(), '/other')).toBe(other.id);
    expect(findIdOfKnown(scratch(), mine.id)).toBe(mine.id);
    // What is taken down is named exactly; what is only used is the one that can be.
    expect(() => findIdOfKnown(scratch(), 'x')).toThrow(
      expect.objectContaining({ code: 'LAB-AMBIGUOUS' }) as Error,
    );
    expect(findRecord(scratch(), 'x')?.id).toBe(other.id);
  });

  it('of a version to come needs nothing but what never changes', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const { id, definition, holder } = record(labWithNic(), { id: folder.id });
    const later = { version: 1000, id, definition, holder, lab: { name: 'x' } };
    folder.write(later as unknown as LabRecord);
    expect(damagedRecords(scratch())).toEqual([]);
    const [read] = allRecords(scratch());
    expect(read).toEqual(later);
    if (read === undefined) throw new Error('it is not there');
    expect(await statusOf(folder, read)).toMatchObject({ id, name: 'x', state: 'broken', machines: [] });
  });

  it('is absent where there is none', () => {
    expect(new LabFolder(scratch(), 'x-12345678').read()).toBeUndefined();
    expect(allRecords(scratch())).toEqual([]);
    expect(existsSync(join(scratch(), 'labs'))).toBe(false);
  });

  it('has an id that tells labs of the same name from different places apart', () => {
    expect(labId('lab', '/a/lab.yaml')).toBe(labId('lab', '/a/lab.yaml'));
    expect(labId('lab', '/a/lab.yaml')).not.toBe(labId('lab', '/b/lab.yaml'));
    expect(labName(labId('my-lab-1', '/a/lab.yaml'))).toBe('my-lab-1');
  });
});

describe('finding the record that LAB means', () => {
  function write(name: string, definition: string): string {
    const id = labId(name, definition);
    new LabFolder(scratch(), id).write(record(lab({ name, machines }), { id, definition }));
    return id;
  }

  it('by name, by id and by the definition’s place, which may have gone', () => {
    const id = write('one', '/gone/lab.yaml');
    write('two', '/other/lab.yaml');
    for (const name of ['one', id, '/gone/lab.yaml', '/gone'])
      expect({ name, id: findRecord(scratch(), name)?.id }).toEqual({ name, id });
    expect(findRecord(scratch(), 'three')).toBeUndefined();
  });

  it('says which there are when a name means several, and takes an id', () => {
    const ids = [write('same', '/a/lab.yaml'), write('same', '/b/lab.yaml')];
    expect(() => findRecord(scratch(), 'same')).toThrow(
      expect.objectContaining({
        code: 'LAB-AMBIGUOUS',
        message: expect.stringContaining('2 labs') as string,
      }) as Error,
    );
    try {
      findRecord(scratch(), 'same');
    } catch (error) {
      const [problem] = (error as { problems: { hint: string }[] }).problems;
      expect([...(problem?.hint.split(': ')[1]?.split(', ') ?? [])].sort()).toEqual([...ids].sort());
    }
    expect(findRecord(scratch(), ids[0] ?? '')?.definition).toBe('/a/lab.yaml');
    expect(findRecord(scratch(), '/b')?.id).toBe(ids[1]);
  });

  it('prefers the place to the name', () => {
    const byPlace = write('other', join(process.cwd(), 'named/lab.yaml'));
    write('named', '/x/lab.yaml');
    expect(findRecord(scratch(), 'named')?.id).toBe(byPlace);
  });

  it('a lab that is recorded but does not run is not up', () => {
    write('one', '/gone/lab.yaml');
    expect(() => findRunningLab(scratch(), 'one')).toThrow(
      expect.objectContaining({ code: 'LAB-NOT-UP' }) as Error,
    );
    expect(() => findRunningLab(scratch(), 'quickstart')).toThrow(
      expect.objectContaining({ code: 'LAB-NOT-UP' }) as Error,
    );
  });

  it('a lab that nobody knows is told, with what was probably meant or what is up', () => {
    write('one', '/gone/lab.yaml');
    const told = (lab: string): unknown => {
      try {
        return findRecordOfKnown(scratch(), lab);
      } catch (error) {
        return error;
      }
    };
    expect(told('oen')).toMatchObject({ problems: [{ code: 'LAB-NOT-FOUND', hint: 'did you mean `one`?' }] });
    expect(told('frobnicate')).toMatchObject({
      problems: [{ hint: expect.stringMatching(/^name one of them; up now: one; shipped: /) as string }],
    });
    expect(told('quickstart')).toBeUndefined();
    expect(findIdOfKnown(scratch(), 'quickstart')).toBeUndefined();
    expect(() => findIdOfKnown(scratch(), 'frobnicate')).toThrow(
      expect.objectContaining({ code: 'LAB-NOT-FOUND' }) as Error,
    );
  });
});

describe('the status of a lab', () => {
  const self = { outer: gone, init: gone };

  it('whose namespace has gone is broken, and its machines have ended', async () => {
    const status = await statusOf(
      new LabFolder(scratch(), 'x'),
      record(labWithNic(), {
        holder: self,
        parts: [recorded('machine', 'guest', { main: gone }), recorded('service', 'netserver-server')],
      }),
    );
    expect(status.state).toBe('broken');
    expect(status.machines).toEqual([{ name: 'guest', on: null, state: 'ended', pid: null }]);
    expect(status.services).toEqual([{ name: 'netserver-server', in: null, state: 'ended', pid: null }]);
    expect(status.peers).toEqual([{ name: 'server', address: '10.0.0.1/16' }]);
  });
});

describe('the event log', () => {
  it('grows by one JSON line for each event, in a folder that it makes', () => {
    const file = join(scratch(), 'a/b/events.jsonl');
    logEvent(file, 'up', { machine: 'gu\nest', pid: 5 });
    logEvent(file, 'down');
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines).toHaveLength(3);
    const events = lines.slice(0, 2).map((line) => JSON.parse(line) as { at: string });
    expect(events).toEqual([
      { at: expect.any(String) as string, event: 'up', machine: 'gu\nest', pid: 5 },
      { at: expect.any(String) as string, event: 'down' },
    ]);
    for (const { at } of events) expect(new Date(at).toISOString()).toBe(at);
  });
});

describe('a part on record', () => {
  it('is found by its kind and its name', () => {
    const parts = [
      recorded('service', 'guest'),
      recorded('machine', 'server'),
      recorded('machine', 'guest', { digest: 'it' }),
    ];
    const of = record(labWithNic(), { parts });
    expect(recordedPart(of, 'machine', 'guest')?.digest).toBe('it');
    expect(recordedPart(of, 'node', 'guest')).toBeUndefined();
  });
});

describe('the lock of a lab', () => {
  const holdLab = async (folder: LabFolder): Promise<Lock> => {
    const lock = await takeLock(folder.lock, { waitMs: 0, purpose: 'lab test quickstart' });
    if (lock === undefined) throw new Error('another process holds the lock of a fresh folder');
    return lock;
  };

  it('tells who is waited for, and what they do', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const other = await holdLab(folder);
    const steps: string[] = [];
    const step = (title: string) => {
      steps.push(title);
      return silentProgress.step(title);
    };
    const task = taskWith({ ...silentProgress, step }, new AbortController().signal);
    const done = withLabLock(folder, 'lab down', task, async () => Promise.resolve('done'));
    await expect
      .poll(() => steps)
      .toEqual([`Wait for \`lab test quickstart\` (process ${process.pid}), which is using this lab`]);
    await other.release();
    expect(await done).toBe('done');
  });

  it('is waited for no longer than an hour, and whoever holds it is told then', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const other = await holdLab(folder);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    const began = Date.now();
    const waiting = withLabLock(folder, 'lab down', silentTask(), async () => Promise.resolve('done'));
    await expect(waiting).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-BUSY',
          message: `\`lab test quickstart\` (process ${process.pid}) has been using this lab for more than an hour`,
          hint: 'wait for it or end it, then run the command again',
        },
      ],
    });
    expect(Date.now() - began).toBeGreaterThanOrEqual(3_600_000);
    vi.useRealTimers();
    await other.release();
  });
});

describe('the logs of a lab', () => {
  function leaveLogs(definition: string): string {
    const folder = new LabFolder(scratch(), labId('past', definition));
    mkdirSync(folder.run, { recursive: true });
    writeFileSync(folder.log('guest.qemu'), 'qemu said\n');
    writeFileSync(folder.log('guest.console'), 'kernel said\n');
    logEvent(folder.events, 'down');
    return folder.id;
  }

  it('are there after the lab has gone, by place, name and id', async () => {
    const id = leaveLogs('/gone/lab.yaml');
    for (const name of ['/gone', 'past', id]) {
      const logs = await labLogs(scratch(), name, undefined);
      expect(logs.map((log) => log.name)).toEqual(['guest.console', 'guest.qemu', 'events']);
    }
    expect(await labLogs(scratch(), 'past', 'guest.qemu')).toMatchObject([
      { name: 'guest.qemu', text: 'qemu said\n' },
    ]);
  });

  it('are its logs alone, and none of a folder that has none', async () => {
    const id = leaveLogs('/gone/lab.yaml');
    const folder = new LabFolder(scratch(), id);
    writeFileSync(join(folder.run, 'network.sh'), '');
    expect(logsIn(folder).map(({ name }) => name)).toEqual(['guest.console', 'guest.qemu', 'events']);
    rmSync(folder.run, { recursive: true });
    expect(logsIn(folder).map(({ name }) => name)).toEqual(['events']);
    rmSync(folder.events);
    expect(logsIn(folder)).toEqual([]);
    await expect(labLogs(scratch(), 'past', undefined)).rejects.toMatchObject({
      problems: [{ message: 'lab `past` has no log ``' }],
    });
  });

  it('are there while it is up, too', async () => {
    const id = leaveLogs('/labs/example/lab.yaml');
    const self = identify(process.pid);
    if (self === undefined) throw new Error('this process is not there');
    const holder = { outer: self, init: self };
    new LabFolder(scratch(), id).write(record(labWithNic(), { id, holder }));
    expect((await labLogs(scratch(), 'example', undefined)).map(({ name }) => name)).toEqual([
      'guest.console',
      'guest.qemu',
      'events',
    ]);
  });

  it('are there although its record is damaged', async () => {
    const id = leaveLogs('/labs/past/lab.yaml');
    writeFileSync(join(new LabFolder(scratch(), id).folder, 'state.json'), '{"version"');
    expect(await labLogs(scratch(), 'past', 'guest.qemu')).toMatchObject([{ text: 'qemu said\n' }]);
    expect(logNames(scratch(), 'past')).toEqual(['guest.console', 'guest.qemu', 'events']);
  });

  it('are none where no lab ever was', async () => {
    await expect(labLogs(scratch(), 'quickstart', undefined)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-NO-LOGS',
          message: 'lab `quickstart` has no logs: it was never up',
          hint: 'bring it up: lab up quickstart',
        },
      ],
    });
  });

  it('of a lab that never was, and of a name that it has not, are refused with what there is', async () => {
    leaveLogs('/gone/lab.yaml');
    await expect(labLogs(scratch(), 'never', undefined)).rejects.toMatchObject({
      problems: [{ code: 'LAB-NOT-FOUND' }],
    });
    await expect(labLogs(scratch(), 'past', 'gest.qemu')).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-NO-LOGS',
          message: 'lab `past` has no log `gest.qemu`',
          hint: 'did you mean `guest.qemu`?',
        },
      ],
    });
    await expect(labLogs(scratch(), 'past', 'frobnicate')).rejects.toMatchObject({
      problems: [{ hint: 'use one of: guest.console, guest.qemu, events' }],
    });
    expect(logNames(scratch(), 'past')).toEqual(['guest.console', 'guest.qemu', 'events']);
    expect(logNames(scratch(), 'never')).toEqual([]);
  });
});
