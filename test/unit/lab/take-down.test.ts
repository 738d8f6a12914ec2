import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findHolders } from '../../../src/hosts/find-holders.js';
import type { MachineHost } from '../../../src/hosts/host.js';
import { createNamespace, destroyNamespace, type NamespaceHolder } from '../../../src/hosts/namespace.js';
import { NamespaceHost } from '../../../src/hosts/namespace-host.js';
import { endParts } from '../../../src/lab/end-parts.js';
import { keyOf, LabFolder, type PartKey, type RecordedPart } from '../../../src/lab/record.js';
import type { Site } from '../../../src/lab/site.js';
import { bringDown, takeDown } from '../../../src/lab/take-down.js';
import type { ServicePlace } from '../../../src/model/service.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import { lockHolder } from '../../../src/process/lock.js';
import { identify, isAlive, type ProcessIdentity } from '../../../src/process/identity.js';
import { waitBriefly } from '../../../src/process/wait-for.js';
import { labWithNic } from '../../support/definition.js';
import { gone, record, recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const blank = record(labWithNic());
const process7: ProcessIdentity = { ...gone, pid: 7 };
let folder: LabFolder;

beforeEach(() => {
  folder = new LabFolder(scratch(), blank.id);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Changes to this computer's functions that this script takes back. */
function changeFunctions(undo: string): string {
  mkdirSync(folder.run, { recursive: true });
  const journal = join(folder.run, 'functions.journal');
  writeFileSync(journal, 'numvfs 0000:5e:00.0\n');
  writeFileSync(join(folder.run, 'functions-undo.sh'), undo);
  return journal;
}

/** This process, as far as anybody can tell: it lives as long as the test. */
function self(): ProcessIdentity {
  const found = identify(process.pid);
  if (found === undefined) throw new Error('this process is not there');
  return found;
}

/** A process that holds a lab, and the signal that ends it. */
function startHolder(): { init: ProcessIdentity; ended: Promise<unknown> } {
  const holder = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    holder.once('exit', (_, signal) => {
      resolve(signal);
    });
  });
  const init = identify(holder.pid ?? 0);
  if (init === undefined) throw new Error('it does not run');
  return { init, ended };
}

describe('ending parts of a lab', () => {
  const namespace = recorded('namespace', 'lab');
  const functions = recorded('functions', 'of this computer', { place: 'computer' });
  const server = recorded('machine', 'server', { main: { ...gone, pid: 2 } });
  const service = (name: string, pid: number, place: ServicePlace = 'namespace'): RecordedPart =>
    recorded('service', name, { place, main: { ...gone, pid } });

  /** What happens when these parts are ended while those are there. */
  async function ended(parts: readonly RecordedPart[], there: readonly RecordedPart[]): Promise<string[]> {
    const done: string[] = [];
    const host = (place: ServicePlace): MachineHost =>
      ({
        kill: async ({ pid }: ProcessIdentity) => {
          done.push(`kill ${pid} in ${JSON.stringify(place)}`);
          return Promise.resolve();
        },
      }) as unknown as MachineHost;
    const site = {
      folder,
      record: record(blank.lab),
      channels: {
        forget: async (machine: string) => {
          const functionsAre = existsSync(join(folder.run, 'functions.journal')) ? 'changed' : 'as before';
          done.push(`forget ${machine} (functions ${functionsAre})`);
          return Promise.resolve();
        },
      },
      host: async (place: ServicePlace) => Promise.resolve(host(place)),
      log: (event: string) => done.push(event),
    };
    await endParts(parts, site as unknown as Site, new Set<PartKey>(there.map(keyOf)));
    return done;
  }

  it('ends each before those that it needs, which stand before it', async () => {
    const parts = [service('etcd', 1), service('apiserver', 2), service('scheduler', 3)];
    expect(await ended(parts, [namespace, ...parts])).toEqual([
      'kill 3 in "namespace"',
      'kill 2 in "namespace"',
      'kill 1 in "namespace"',
    ]);
  });

  it('ends each at its own place: in a peer, or inside a machine that stays', async () => {
    const parts = [service('one', 1, { peer: 'far' }), service('two', 2, { machine: 'server' })];
    expect(await ended(parts, [namespace, server, ...parts])).toEqual([
      'kill 2 in {"machine":"server"}',
      'kill 1 in {"peer":"far"}',
    ]);
  });

  it('leaves what ends with its namespace to that', async () => {
    const parts = [namespace, server, service('one', 1)];
    expect(await ended(parts, parts)).toEqual(['forget server (functions as before)']);
  });

  it('leaves what was in a namespace that has gone', async () => {
    expect(await ended([service('one', 1)], [])).toEqual([]);
  });

  it('leaves what ends with the machine around it, or has ended with it', async () => {
    const inside = service('one', 1, { machine: 'server' });
    expect(await ended([server, inside], [namespace, server, inside])).toEqual([
      'kill 2 in "namespace"',
      'forget server (functions as before)',
      'machine-stopped',
    ]);
    expect(await ended([inside], [namespace])).toEqual([]);
  });

  it('takes back the changes to this computer last, when no machine uses its functions any more', async () => {
    changeFunctions('rm functions.journal');
    const parts = [namespace, functions, server];
    expect(await ended(parts, parts)).toEqual(['forget server (functions changed)']);
    expect(existsSync(join(folder.run, 'functions.journal'))).toBe(false);
  });

  it('ends the lab before it takes back the changes to this computer, whatever the order on record', async () => {
    changeFunctions('rm functions.journal');
    expect(await ended([server, functions], [server, functions])).toEqual([
      'forget server (functions changed)',
    ]);
  });
});

describe('taking a lab down', () => {
  it('leaves its logs and nothing else of it, and notes when it went', async () => {
    mkdirSync(join(folder.run, 'netns'), { recursive: true });
    for (const name of ['guest.console.log', 'network.sh', 'netns/server', 'guest.log.old'])
      writeFileSync(join(folder.run, name), '');
    folder.write(blank);
    await takeDown(folder, blank);
    expect(readdirSync(folder.run)).toEqual(['guest.console.log']);
    expect(folder.read()).toBeUndefined();
    expect(JSON.parse(readFileSync(folder.events, 'utf8'))).toMatchObject({ event: 'down' });
  });

  it('has nothing to say about a lab that left nothing', async () => {
    await takeDown(folder, blank);
    expect(existsSync(folder.run)).toBe(false);
  });

  it('ends what holds a lab of another version, and takes back its changes, whatever else is on that record', async () => {
    const journal = changeFunctions('rm functions.journal');
    const { init, ended } = startHolder();
    const parts = [recorded('cable', 'of another version')];
    await takeDown(folder, { ...blank, version: blank.version + 1, holder: { outer: gone, init }, parts });
    expect(await ended).toBe('SIGKILL');
    expect(existsSync(journal)).toBe(false);
  });

  it('that does not end leaves it on record, with its files, and says what it waits for', async () => {
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw new Error('not permitted');
    });
    const stuck = { ...blank, holder: { outer: gone, init: self() } };
    folder.write(stuck);
    mkdirSync(folder.run, { recursive: true });
    writeFileSync(join(folder.run, 'network.sh'), '');
    await expect(takeDown(folder, stuck)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-DOWN-STUCK',
          message: `process ${process.pid}, which holds lab example, does not end`,
          hint: expect.stringContaining('run `lab down example` again') as string,
        },
      ],
    });
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGKILL');
    expect(folder.read()).toEqual(stuck);
    expect(readdirSync(folder.run)).toEqual(['network.sh']);
  });

  it('does not run into what is in the way of the changes to this computer before the rest has ended', async () => {
    changeFunctions('exit 1');
    const { init, ended } = startHolder();
    const parts = [
      recorded('namespace', 'lab'),
      recorded('functions', 'of this computer', { place: 'computer' }),
    ];
    const up = { ...blank, holder: { outer: gone, init }, parts };
    folder.write(up);
    await expect(takeDown(folder, up)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-DOWN-FUNCTIONS',
          message: expect.stringContaining('could not be undone') as string,
          hint: expect.stringContaining('`lab down example` again as root') as string,
        },
      ],
    });
    expect(await ended).toBe('SIGKILL');
    expect(folder.read()).toEqual(up);
  });
});

describe('lab down', () => {
  it('shows one step, during which the lab is its own, and says that it did something', async () => {
    folder.write({ ...blank, parts: [recorded('service', 'one', { main: process7 })] });
    const seen: unknown[] = [];
    const step = (title: string) => {
      seen.push(title, lockHolder(folder.lock));
      return silentProgress.step(title);
    };
    const task = taskWith({ ...silentProgress, step }, new AbortController().signal);
    expect(await bringDown(folder, task)).toBe(true);
    expect(seen).toEqual(['Take down example', { pid: process.pid, purpose: 'lab down' }]);
    expect(folder.read()).toBeUndefined();
  });

  it('has nothing to do for a lab that is not up', async () => {
    expect(await bringDown(folder, silentTask())).toBe(false);
    expect(existsSync(folder.events)).toBe(false);
  });
});

describe('lab down of a lab whose record is damaged', () => {
  /** A lab of which only the namespaces are up, with another process in them. */
  async function holdLab(): Promise<{ holder: NamespaceHolder; inside: ProcessIdentity }> {
    mkdirSync(folder.run, { recursive: true });
    const log = folder.log('namespace');
    const holder = await createNamespace(folder.run, log, () => undefined);
    const host = new NamespaceHost({ holder, folder: folder.run, bin: '/nowhere' });
    const started = await host.start(['sleep', '600'], 'guest.qemu.log', () => undefined);
    const inside = await waitBriefly({ ask: async () => started.identify(), everyMs: 5, limitMs: 10_000 });
    if (inside === undefined) throw new Error('it does not run');
    return { holder, inside };
  }

  it('ends all that runs in its namespaces, and removes what belongs to it but the logs', async () => {
    const { holder, inside } = await holdLab();
    const journal = changeFunctions('rm functions.journal');
    writeFileSync(join(folder.folder, 'state.json'), '{"version": 6, "id": "x');
    expect(findHolders(folder.run)).toEqual([holder]);

    expect(await bringDown(folder, silentTask())).toBe(true);
    for (const process of [holder.outer, holder.init, inside]) expect(isAlive(process)).toBe(false);
    expect(existsSync(journal)).toBe(false);
    expect(readdirSync(folder.run).sort()).toEqual(['guest.qemu.log', 'namespace.log']);
    expect(folder.read()).toBeUndefined();
    expect(await bringDown(folder, silentTask())).toBe(false);
  });

  it('leaves alone who else works in its folder, and the labs beside it', async () => {
    const { holder } = await holdLab();
    const other = new LabFolder(scratch(), 'other-12345678');
    mkdirSync(other.run, { recursive: true });
    const beside = await createNamespace(other.run, other.log('namespace'), () => undefined);
    // A person who looks at the logs.
    const reader = spawn('sleep', ['600'], { cwd: folder.run, stdio: 'ignore' });
    const identity = identify(reader.pid ?? 0);
    try {
      writeFileSync(join(folder.folder, 'state.json'), '');
      await bringDown(folder, silentTask());
      expect(isAlive(holder.init)).toBe(false);
      expect(isAlive(beside.init)).toBe(true);
      expect(identity !== undefined && isAlive(identity)).toBe(true);
    } finally {
      reader.kill('SIGKILL');
      await destroyNamespace(beside);
    }
  });

  it('needs nothing that runs', async () => {
    mkdirSync(folder.run, { recursive: true });
    writeFileSync(join(folder.folder, 'state.json'), 'null');
    expect(await bringDown(folder, silentTask())).toBe(true);
    expect(folder.read()).toBeUndefined();
  });
});
