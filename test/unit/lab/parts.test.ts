import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readLab } from '../../../src/definition/read-lab.js';
import type { HostProcess, HostRunOptions, MachineHost, ProcessEnd } from '../../../src/hosts/host.js';
import type { BootImage } from '../../../src/images/boot-image.js';
import { folderOf, renderLab, type Artefact } from '../../../src/lab/artefacts.js';
import { functionsKind, functionsParts } from '../../../src/lab/parts/functions.js';
import { insideKind, insideParts } from '../../../src/lab/parts/inside.js';
import { kindNamed } from '../../../src/lab/parts/kinds.js';
import { machineKind } from '../../../src/lab/parts/machine.js';
import { namespaceKind, namespacePart } from '../../../src/lab/parts/namespace.js';
import { networkPart } from '../../../src/lab/parts/network.js';
import type { Part } from '../../../src/lab/parts/part.js';
import { partsOf } from '../../../src/lab/parts/parts-of.js';
import { serviceKind, servicePart } from '../../../src/lab/parts/service.js';
import type { PreparedLab } from '../../../src/lab/prepare.js';
import { keyOf, LabFolder, type LabRecord } from '../../../src/lab/record.js';
import type { Site } from '../../../src/lab/site.js';
import { findByName, type Lab, type Machine } from '../../../src/model/lab.js';
import { silentProgress } from '../../../src/model/progress.js';
import { netserver, type ServicePlace } from '../../../src/model/service.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import type { ProcessIdentity } from '../../../src/process/identity.js';
import type { RunResult } from '../../../src/process/run.js';
import { packageFolder } from '../../../src/model/folders.js';
import { gone, record, recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const nested = readLab(join(packageFolder(), 'labs/vdpa')).lab;
const offload = readLab(join(packageFolder(), 'labs/offload-tap')).lab;
const server: ProcessIdentity = { pid: 42, startTime: 7, bootId: 'this boot' };

function bootImage(digest: string): BootImage {
  return { kernel: '/kernel', initrd: '/initrd', disk: null, digest };
}

function prepared(lab: Lab, changes: Partial<PreparedLab> = {}): PreparedLab {
  return {
    lab,
    acceleration: { accelerator: 'kvm', reason: '' },
    accelerationInside: { accelerator: 'tcg', reason: '' },
    cluster: null,
    images: new Map(lab.machines.map(({ name }) => [name, bootImage(`image of ${name}`)])),
    artefacts: renderLab(lab, { vhostNet: false, accelerator: 'kvm', acceleratorInside: 'tcg' }),
    tools: 'qemu 11',
    bootLimitMs: undefined,
    ...changes,
  } as unknown as PreparedLab;
}

/** Where parts come up: what is done at its places, and what becomes recorded. */
function site(
  answer: (command: string) => Partial<RunResult> | Promise<Partial<RunResult>> = () => ({}),
  ends?: ProcessEnd,
  said = '',
) {
  const done: string[] = [];
  const limits: unknown[] = [];
  const folder = new LabFolder(scratch(), 'example-12345678');
  const process: HostProcess = {
    identify: async () => Promise.resolve(ends === undefined ? server : undefined),
    ended: ends === undefined ? new Promise(() => undefined) : Promise.resolve(ends),
    detach: () => done.push('let go'),
  };
  const host = (place: ServicePlace): MachineHost => ({
    description: JSON.stringify(place),
    putFile: async (path, content) => {
      done.push(`put ${path}, ${content.length > 0 ? 'not empty' : 'empty'}, to ${JSON.stringify(place)}`);
      return Promise.resolve();
    },
    run: async (argv, options) => {
      limits.push(options?.timeoutMs);
      done.push(`run ${argv.join(' ')} in ${JSON.stringify(place)}`);
      return { exitCode: 0, stdout: '', stderr: '', ...(await answer(argv.join(' '))) };
    },
    start: async (argv, log, note) => {
      done.push(`start ${argv.join(' ')}, log ${log}`);
      note({ starter: gone, main: null });
      if (said !== '') writeFileSync(folder.log(log.replace('.log', '')), said, { flag: 'a' });
      return Promise.resolve(process);
    },
    exists: async () => Promise.resolve(true),
    isAlive: async ({ pid }) => Promise.resolve(pid === server.pid),
    kill: async ({ pid }) => {
      done.push(`kill ${pid}`);
      return Promise.resolve();
    },
  });
  const fake = {
    folder,
    record: record(nested),
    channels: {
      inside: async (machine: string) =>
        Promise.resolve(
          Object.assign(host({ machine }), { firstProcess: async () => Promise.resolve(server) }),
        ),
      forget: async (machine: string) => {
        done.push(`forget ${machine}`);
        return Promise.resolve();
      },
    },
    host: async (place: ServicePlace) => Promise.resolve(host(place)),
    update: (key: string, changes: object) => done.push(`${key}: ${JSON.stringify(changes)}`),
    log: (event: string, details: object = {}) =>
      done.push(`log ${event} ${JSON.stringify(details).replace(/"ms":\d+/, '"ms":0')}`),
  };
  return { done, limits, folder, host, at: fake as unknown as Site };
}

/** The same place, but for these. */
function siteWith(at: Site, changes: object): Site {
  return Object.assign(Object.create(at) as Site, changes);
}

async function bringUp(part: Part | undefined, at: Site, task = silentTask()): Promise<void> {
  if (part === undefined) throw new Error('there is no such part');
  await (
    await part.up(at, task)
  )();
}

function partNamed(lab: PreparedLab, key: string): Part {
  const found = partsOf(lab).find((part) => keyOf(part) === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
}

const NETWORK = 'network networks and peers';

describe('the parts of a lab', () => {
  it('are, each after those that it needs, the namespace, networks, machines with their insides, services', () => {
    const parts = partsOf(prepared({ ...nested, machines: [...nested.machines].reverse() }));
    expect(parts.map((part) => [keyOf(part), part.needs, part.within])).toEqual([
      ['namespace lab', [], null],
      [NETWORK, ['namespace lab'], 'namespace lab'],
      ['machine server', [NETWORK], null],
      ['inside server', ['machine server'], 'machine server'],
      ['machine guest', ['machine server', 'inside server'], null],
      ['service netserver-external', [NETWORK], null],
    ]);
    expect(parts.map(({ place }) => place)).toEqual([
      'namespace',
      'namespace',
      'namespace',
      { machine: 'server' },
      { machine: 'server' },
      { peer: 'external' },
    ]);
    expect(parts[2]?.title).toBe('Boot server (KVM)');
    expect(parts[4]?.title).toBe('Boot guest in server (TCG)');
  });

  it('are services once, whoever needs them, and the servers of a bench', () => {
    const services = partsOf(prepared(offload)).filter(({ kind }) => kind === 'service');
    expect(services.map(({ name }) => name)).toEqual(['netserver-server', 'iperf3-server']);
    expect(partsOf(prepared({ ...offload, bench: null, checks: [] })).at(-1)?.kind).toBe('machine');
  });

  it('are the functions of this computer too, before the machines that use them, when it is the server', () => {
    const script: Artefact = { path: 'functions.sh', content: 'make them', executable: true };
    const here = prepared(offload, { artefacts: [...prepared(offload).artefacts, script] });
    const functions = partNamed(here, 'functions of this computer');
    expect([functions.place, functions.needs, functions.within]).toEqual([
      'computer',
      ['namespace lab'],
      null,
    ]);
    expect(partNamed(here, 'machine guest').needs).toEqual([NETWORK, 'functions of this computer']);
  });

  it('have another digest as soon as something changes that they are made from, and only then', () => {
    const before = prepared(nested);
    const changed = (path: string): PreparedLab => ({
      ...before,
      artefacts: before.artefacts.map((one) => (one.path === path ? { ...one, content: 'new' } : one)),
    });
    const renewed = (after: PreparedLab): string[] =>
      partsOf(after)
        .filter((part) => part.digest !== partNamed(before, keyOf(part)).digest)
        .map(keyOf);
    expect(renewed(changed('README.md'))).toEqual([]);
    expect(renewed(changed('network.sh'))).toEqual([NETWORK]);
    expect(renewed(changed('server.qemu'))).toEqual(['machine server']);
    expect(renewed(changed('server/guest.qemu'))).toEqual(['machine guest']);
    expect(renewed(changed('server/functions.sh'))).toEqual(['machine server', 'inside server']);
    expect(renewed(changed('server/functions-undo.sh'))).toEqual(['inside server']);
    expect(renewed({ ...before, tools: 'qemu 12' })).toEqual(['machine server', 'machine guest']);
    const images = new Map([...before.images, ['guest', bootImage('another')]]);
    expect(renewed({ ...before, images })).toEqual(['machine guest']);
  });

  it('of a kind that there is not are an error', () => {
    expect(() => kindNamed('cable')).toThrow('cable');
    for (const kind of [
      'namespace',
      'functions',
      'credentials',
      'network',
      'machine',
      'inside',
      'service',
      'node',
    ])
      for (const words of Object.values(kindNamed(kind).words)) expect(words).toMatch(/\w+ \w+/);
  });
});

describe('a service', () => {
  const service = netserver({ peer: 'external' }, '10.0.0.1');
  let part: Part;

  beforeEach(() => {
    part = servicePart(prepared(nested), service);
  });

  it('is started where it belongs, ready when its question is answered, and then left alone', async () => {
    const of = site();
    await bringUp(part, of.at);
    expect(of.done).toEqual([
      'start netserver -D -4 -L 10.0.0.1, log netserver-external.log',
      `service netserver-external: ${JSON.stringify({ starter: gone, main: null })}`,
      `run ${service.ready.argv.join(' ')} in {"peer":"external"}`,
      `service netserver-external: ${JSON.stringify({ main: server })}`,
      'log service-ready {"service":"netserver-external","pid":42}',
      'let go',
    ]);
  });

  it.each([
    [{ exitCode: 3, signal: undefined }, 'ended with exit code 3'],
    [{ exitCode: undefined, signal: 'SIGKILL' }, 'was ended by SIGKILL'],
    [{ exitCode: undefined, signal: undefined }, 'was ended by a signal'],
  ])('that ends at once (%j) is an error with its last words', async (ends, how) => {
    const lines = Array.from({ length: 7 }, (_, index) => `line ${index}`);
    const of = site(() => ({}), ends, `${lines.join('\n')}\n`);
    mkdirSync(of.folder.run, { recursive: true });
    writeFileSync(of.folder.log('netserver-external'), 'of the run before\n');
    const error: unknown = await bringUp(part, of.at).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      problems: [
        {
          code: 'LAB-SERVICE-ENDED',
          message: expect.stringContaining(how) as string,
          location: { file: of.folder.log('netserver-external') },
          hint: expect.stringContaining('lab logs example netserver-external') as string,
        },
      ],
      cause: { message: lines.join('\n') },
    });
  });

  it('that said nothing before it ended has no words', async () => {
    const of = site(() => ({}), { exitCode: 1, signal: undefined });
    const error: unknown = await bringUp(part, of.at).catch((reason: unknown) => reason);
    expect((error as Error).cause).toBeUndefined();
  });

  it('may be asked from another place than its own', async () => {
    const of = site();
    const ready = { ...service.ready, on: { machine: 'guest' }, argv: ['ask'] } as const;
    await bringUp(servicePart(prepared(nested), { ...service, ready }), of.at);
    expect(of.done).toContain('run ask in {"machine":"guest"}');
    expect(of.done[0]).toBe('start netserver -D -4 -L 10.0.0.1, log netserver-external.log');
  });

  it('that does not answer in time is an error', async () => {
    const hasty = servicePart(prepared(nested), { ...service, ready: { ...service.ready, limitMs: 30 } });
    const of = site(() => ({ exitCode: 1 }));
    await expect(bringUp(hasty, of.at)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-SERVICE-NOT-READY',
          message: 'service netserver-external was not ready within 0 s',
          location: { file: of.folder.log('netserver-external') },
          hint: 'see its output: lab logs example netserver-external',
        },
      ],
    });
    expect(of.done).not.toContain('let go');
  });

  it('whose place does not answer in time is an error with that cause', async () => {
    const slow = servicePart(prepared(nested), { ...service, ready: { ...service.ready, limitMs: 30 } });
    const of = site(async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, 60);
      });
      throw new Error('no answer');
    });
    await expect(bringUp(slow, of.at)).rejects.toMatchObject({
      problems: [{ code: 'LAB-SERVICE-NOT-READY' }],
      cause: { message: 'no answer' },
    });
  });

  it('is not asked before it runs, and is awaited only as long as the user waits', async () => {
    const controller = new AbortController();
    const asked: unknown[] = [];
    const of = site();
    let looks = 0;
    const process: HostProcess = {
      identify: async () => Promise.resolve((looks += 1) < 3 ? undefined : server),
      ended: new Promise(() => undefined),
      detach: () => undefined,
    };
    const host: Partial<MachineHost> = {
      start: async () => Promise.resolve(process),
      run: async (_, options) => {
        asked.push(looks, options?.signal === controller.signal);
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
      },
    };
    const at = siteWith(of.at, { host: async () => Promise.resolve(host) });
    await bringUp(part, at, silentTask(controller.signal));
    expect(asked).toEqual([3, true]);
  });

  it('is shown by its name', () => {
    expect(part.title).toBe('Start netserver-external');
  });

  it('needs what it says, beside its place', () => {
    const after = servicePart(prepared(nested), { ...service, needs: ['service etcd'] });
    expect(after.needs).toEqual([NETWORK, 'service etcd']);
    const other = servicePart(prepared(nested), { ...service, madeFrom: 'another program' });
    expect(other.digest).not.toBe(part.digest);
  });

  it('in a machine needs the machine, not the networks', () => {
    expect(servicePart(prepared(nested), netserver({ machine: 'server' }, '1.2.3.4')).needs).toEqual([
      'machine server',
    ]);
  });
});

describe.each([
  ['a service', serviceKind, 'service'],
  ['a machine', machineKind, 'machine'],
])('%s that is recorded', (_, kind, name) => {
  it('is there as long as its program runs', async () => {
    const { at } = site();
    const there = async (changes: object): Promise<boolean> =>
      kind.isThere(recorded(name, 'it', changes), at);
    expect(await there({ main: server })).toBe(true);
    expect(await there({ main: gone })).toBe(false);
    expect(await there({ main: null })).toBe(false);
    expect(await there({ main: server, place: 'computer' })).toBe(false);
  });

  it('is ended with what started it, and left alone where its place goes', async () => {
    const of = site();
    const part = recorded(name, 'it', { main: server, starter: gone });
    await kind.down(part, of.at, of.host('namespace'));
    expect(of.done.slice(0, 2)).toEqual(['kill 42', 'kill 1']);
    of.done.length = 0;
    await kind.down(recorded(name, 'it'), of.at, of.host('namespace'));
    await kind.down(part, of.at, null);
    expect(of.done.filter((line) => line.startsWith('kill'))).toEqual([]);
  });
});

describe('a machine that is ended', () => {
  it('is noted, and its sessions too are ended; one that goes with its place is covered by that', async () => {
    const of = site();
    await machineKind.down(recorded('machine', 'guest'), of.at, of.host('namespace'));
    await machineKind.down(recorded('machine', 'guest'), of.at, null);
    expect(of.done).toEqual(['forget guest', 'log machine-stopped {"machine":"guest"}', 'forget guest']);
  });
});

describe('the inside of a machine', () => {
  const [outer, inner] = nested.machines;
  let part: Part | undefined;

  beforeEach(() => {
    [part] = outer === undefined ? [] : insideParts(prepared(nested), outer);
  });

  it('gets its scripts, and runs those that make something, in order', async () => {
    const of = site();
    for (const script of ['functions.sh', 'functions-undo.sh', 'network.sh']) {
      mkdirSync(join(of.folder.run, 'server'), { recursive: true });
      writeFileSync(join(of.folder.run, 'server', script), script);
    }
    await bringUp(part, of.at);
    expect(of.done).toEqual([
      `inside server: ${JSON.stringify({ main: server })}`,
      'put functions-undo.sh, not empty, to {"machine":"server"}',
      'put functions.sh, not empty, to {"machine":"server"}',
      'put network.sh, not empty, to {"machine":"server"}',
      'run sh functions.sh in {"machine":"server"}',
      'run sh network.sh in {"machine":"server"}',
      'log inside-prepared {"machine":"server","ms":0}',
    ]);
    for (const name of ['server.functions', 'server.network'])
      expect(existsSync(of.folder.log(name))).toBe(true);
  });

  it('has longer for its scripts under emulation, which is another matter inside a machine', async () => {
    const around: Machine = { ...findByName(nested.machines, 'server'), name: 'around' };
    const limitsOf = async (on: string | null): Promise<unknown[]> => {
      const of = site();
      const machine = { ...findByName(nested.machines, 'server'), on };
      const within = prepared({
        ...nested,
        machines: [around, machine, findByName(nested.machines, 'guest')],
      });
      const folder = join(of.folder.run, folderOf(within.lab, machine.name));
      mkdirSync(folder, { recursive: true });
      for (const script of ['functions.sh', 'functions-undo.sh', 'network.sh'])
        writeFileSync(join(folder, script), script);
      await bringUp(insideParts(within, machine)[0], of.at);
      return of.limits;
    };
    expect(await limitsOf(null)).toEqual([60_000, 60_000]);
    expect(await limitsOf('around')).toEqual([300_000, 300_000]);
    expect(part?.title).toBe('Prepare server for the machines inside it');
  });

  it('is nothing where no machine runs inside', () => {
    expect(inner === undefined ? undefined : insideParts(prepared(nested), inner)).toEqual([]);
  });

  it('goes with the machine', async () => {
    const of = site();
    expect(await insideKind.isThere(recorded('inside', 'server'), of.at)).toBe(true);
    expect(await insideKind.isThere(recorded('inside', 'server', { main: server }), of.at)).toBe(true);
    expect(await insideKind.isThere(recorded('inside', 'server', { main: gone }), of.at)).toBe(false);
    await insideKind.down(recorded('inside', 'server'), of.at, of.host('namespace'));
    expect(of.done).toEqual([]);
  });
});

describe('the networks', () => {
  let part: Part;
  let warned: string[];
  const task = taskWith(
    { ...silentProgress, warn: (message) => warned.push(message) },
    new AbortController().signal,
  );

  beforeEach(() => {
    part = networkPart(prepared(nested).artefacts);
    warned = [];
  });

  it('are made by their script, which may warn', async () => {
    const of = site(() => ({ stderr: 'no VLANs here\n\nslower\n' }));
    mkdirSync(of.folder.run, { recursive: true });
    await bringUp(part, of.at, task);
    expect(of.done).toEqual(['run sh -e network.sh in "namespace"', 'log network {}']);
    expect(part.title).toBe('Create networks and peers');
    expect(warned).toEqual(['no VLANs here', 'slower']);
    expect(readFileSync(of.folder.log('network'), 'utf8')).toBe('no VLANs here\n\nslower\n');
  });

  it('that cannot be made are an error with the script’s words', async () => {
    const of = site(() => ({ exitCode: 1, stderr: 'no bridges here\n' }));
    mkdirSync(of.folder.run, { recursive: true });
    await expect(bringUp(part, of.at, task)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-NETWORK-SCRIPT',
          message: 'the networks of the lab could not be created',
          location: { file: of.folder.log('network') },
          hint: expect.stringContaining('lab doctor') as string,
        },
      ],
      cause: { message: 'no bridges here' },
    });
    expect(warned).toEqual([]);
  });
});

describe('the functions of this computer', () => {
  const script: Artefact = { path: 'functions.sh', content: 'make them', executable: true };
  let part: Part | undefined;

  beforeEach(() => {
    [part] = functionsParts([script]);
  });

  it('are made by their script, on this computer itself', async () => {
    const of = site();
    mkdirSync(of.folder.run, { recursive: true });
    const computer = of.host('namespace');
    const { signal } = new AbortController();
    const given: unknown[] = [];
    const watched = {
      ...computer,
      run: async (argv: readonly [string, ...string[]], options?: HostRunOptions) => {
        given.push(options);
        return computer.run(argv, options);
      },
    };
    await bringUp(part, siteWith(of.at, { computer: watched }), silentTask(signal));
    expect(of.done).toEqual(['run sh functions.sh in "namespace"', 'log functions {}']);
    expect(given).toEqual([{ timeoutMs: 60_000, signal }]);
    expect(existsSync(of.folder.log('functions'))).toBe(true);
    expect(part?.title).toContain('on this computer');
  });

  it('are there as long as they are on record, and none are needed without a script', async () => {
    expect(await functionsKind.isThere(recorded('functions', 'of this computer'), site().at)).toBe(true);
    expect(functionsParts([])).toEqual([]);
  });
});

describe('the namespace of a lab', () => {
  let part: Part;

  beforeEach(() => {
    part = namespacePart();
  });

  it('is held by a process that is on record before anything is in it, and ends with it', async () => {
    const of = site();
    mkdirSync(of.folder.run, { recursive: true });
    let held = record(nested);
    const at = siteWith(of.at, {
      save: (changes: Partial<LabRecord>) => {
        held = { ...held, ...changes };
        Object.assign(at, { record: held });
      },
    });
    const there = async (): Promise<boolean> => namespaceKind.isThere(recorded('namespace', 'lab'), at);
    expect(await there()).toBe(false);
    await bringUp(part, at);
    try {
      expect(await there()).toBe(true);
      expect(of.done).toEqual([`log namespace {"pid":${held.holder?.init.pid ?? 0}}`]);
      expect(existsSync(of.folder.log('namespace'))).toBe(true);
    } finally {
      await namespaceKind.down(recorded('namespace', 'lab'), at, null);
    }
    expect(await there()).toBe(false);
    // What has gone is no trouble to end.
    await namespaceKind.down(recorded('namespace', 'lab'), at, null);
    Object.assign(at, { record: record(nested, { holder: null }) });
    await namespaceKind.down(recorded('namespace', 'lab'), at, null);
  });

  it('is shown as what it is, and never made anew by itself', () => {
    expect([part.title, part.digest]).toEqual(['Create the lab’s namespaces', '']);
  });
});
