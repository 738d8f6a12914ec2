import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostProcess, MachineHost, StartedProcesses } from '../../../src/hosts/host.js';
import { folderOf, machineArguments, renderLab } from '../../../src/lab/artefacts.js';
import { machinePart } from '../../../src/lab/parts/machine.js';
import type { PreparedLab } from '../../../src/lab/prepare.js';
import { LabFolder } from '../../../src/lab/record.js';
import type { Site } from '../../../src/lab/site.js';
import type { Lab } from '../../../src/model/lab.js';
import type { ServicePlace } from '../../../src/model/service.js';
import { silentTask } from '../../../src/model/task.js';
import type { ProcessIdentity } from '../../../src/process/identity.js';
import { toSocket, type Connect } from '../../../src/qemu/unix-socket.js';
import type { Accelerator } from '../../../src/toolchain/types.js';
import { lab } from '../../support/definition.js';
import { gone, record } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';
import { serveSocket, type SocketServer } from '../../support/socket-server.js';

const scratch = useScratch();
const qemu: ProcessIdentity = { pid: 42, startTime: 7, bootId: 'this boot' };
const nested = lab({
  networks: { lan: null },
  machines: {
    outer: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 3 } } },
    inner: { on: 'outer', image: 'micro' },
  },
});
let folder: LabFolder;
let agent: SocketServer | undefined;

beforeEach(() => {
  folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
});

afterEach(async () => {
  vi.useRealTimers();
  await agent?.close();
  agent = undefined;
});

/** The agent of a guest in which every program ends at once. It notes what it runs. */
async function serveAgent(machine: string, done: string[]): Promise<void> {
  agent = await serveSocket(folder.run, `${machine}.agent`, {
    answer: ({ execute, arguments: args }, to) => {
      const given = args as { id?: number; arg?: string[] };
      if (execute === 'guest-sync-delimited') {
        done.push('the guest answers');
        to.send(Buffer.concat([Buffer.from([0xff]), Buffer.from(`{"return": ${given.id ?? 0}}\n`)]));
      } else if (execute === 'guest-exec') {
        done.push(
          `guest: ${given.arg?.find((word) => word.includes('udevadm')) === undefined ? '?' : 'settle'}`,
        );
        to.send('{"return": {"pid": 5}}\n');
      } else to.send('{"return": {"exited": true, "exitcode": 0}}\n');
    },
  });
}

function prepared(of: Lab, changes: Partial<PreparedLab> = {}): PreparedLab {
  return {
    lab: of,
    acceleration: { accelerator: 'kvm', reason: '' },
    accelerationInside: { accelerator: 'tcg', reason: '' },
    cluster: null,
    toolchain: { bin: '/tools/bin', qemu: { command: ['/tools/qemu', '-L', '/tools/share'] } },
    images: new Map(
      of.machines.map(({ name }) => [
        name,
        { kernel: '/k', initrd: '/i', disk: null, digest: `image of ${name}` },
      ]),
    ),
    artefacts: renderLab(of, { vhostNet: false, accelerator: 'kvm', acceleratorInside: 'tcg' }),
    tools: '',
    bootLimitMs: undefined,
    ...changes,
  } as unknown as PreparedLab;
}

/** The way to a guest that never answers. */
const nobody: Connect = async (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

/** Where a machine comes up: what is done there, and what becomes recorded. `connect`: the way to its guest. */
function site(of: Lab, connect?: Connect) {
  const done: string[] = [];
  for (const { name, on } of of.machines) {
    const file = join(folder.run, folderOf(of, on), machineArguments(name));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '-nodefaults\n');
  }
  const process: HostProcess = {
    identify: async () => Promise.resolve(qemu),
    ended: new Promise(() => undefined),
    detach: () => done.push('let go'),
  };
  const host = (place: ServicePlace): Partial<MachineHost> => ({
    run: async (argv) => {
      done.push(argv.slice(0, 3).join(' '));
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
    },
    exists: async (path) => Promise.resolve(path.endsWith('.qmp')),
    start: async (argv, log, note: (processes: StartedProcesses) => void) => {
      done.push(`start ${argv.join(' ')} in ${JSON.stringify(place)}, log ${log}`);
      note({ starter: gone, main: null });
      return Promise.resolve(process);
    },
  });
  const fake = {
    folder,
    record: record(of),
    channels: {
      qmp: async (machine: string) =>
        Promise.resolve({
          execute: async (command: string, args: object) => {
            done.push(`QEMU of ${machine}: ${command} ${JSON.stringify(args)}`);
            return Promise.resolve();
          },
        }),
      to: (machine: string, channel: string) =>
        connect ?? toSocket(join(folder.run, `${machine}.${channel}`)),
    },
    host: async (place: ServicePlace) => Promise.resolve(host(place)),
    update: (key: string, changes: object) => done.push(`${key}: ${JSON.stringify(changes)}`),
    log: (event: string, details: { readonly ms?: number } = {}) => {
      const { ms, ...rest } = details;
      const time = ms === undefined ? '' : ms < 60_000 ? ', soon' : ', late';
      done.push(`log ${event} ${JSON.stringify(rest)}${time}`);
    },
  };
  return { done, at: fake as unknown as Site };
}

function machineOf(of: Lab, name: string): Lab['machines'][number] {
  const found = of.machines.find((machine) => machine.name === name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}

async function bringUp(name: string, of: Lab, changes: Partial<PreparedLab> = {}): Promise<string[]> {
  const { done, at } = site(of);
  await serveAgent(name, done);
  await (
    await machinePart(prepared(of, changes), machineOf(of, name)).up(at, silentTask())
  )();
  return done;
}

describe('a machine that comes up', () => {
  it('is started from its image and its arguments, recorded at each step, and then left alone', async () => {
    expect(await bringUp('outer', nested)).toEqual([
      'rm -f outer.qmp',
      'start /tools/qemu -L /tools/share -accel kvm -nodefaults in "namespace", log outer.qemu.log',
      `machine outer: ${JSON.stringify({ starter: gone, main: null })}`,
      'log machine-started {"machine":"outer","on":null,"image":"image of outer","qemu":["/tools/qemu","-L","/tools/share"]}',
      `machine outer: ${JSON.stringify({ main: qemu })}`,
      'the guest answers',
      'log machine-answers {"machine":"outer"}, soon',
      'log machine-ready {"machine":"outer"}, soon',
      'let go',
    ]);
    expect(readlinkSync(join(folder.run, 'outer.kernel'))).toBe('/k');
  });

  it('leaves its agent to others: it answers one of them at a time', async () => {
    await bringUp('outer', nested);
    const connection = agent?.connection();
    await new Promise<void>((resolve) => {
      if (connection?.readableEnded === true) resolve();
      else connection?.once('close', resolve);
    });
    expect(connection?.destroyed).toBe(true);
  });

  it('inside another runs in there, by the QEMU of that image, with the image there', async () => {
    const done = await bringUp('inner', nested);
    expect(done.slice(1, 4)).toEqual([
      'start qemu-system-x86_64 -accel kvm -accel tcg -nodefaults in {"machine":"outer"}, log inner.qemu.log',
      `machine inner: ${JSON.stringify({ starter: gone, main: null })}`,
      'log machine-started {"machine":"inner","on":"outer","image":"image of inner","qemu":["qemu-system-x86_64"]}',
    ]);
    expect(() => readlinkSync(join(folder.run, 'inner.kernel'))).toThrow('ENOENT');
  });

  it('from a disk is ready only when it has loaded its drivers, and may reboot from then on', async () => {
    const full: Lab = { ...nested, machines: nested.machines.map((one) => ({ ...one, disk: true })) };
    expect((await bringUp('outer', full)).slice(-5)).toEqual([
      'log machine-answers {"machine":"outer"}, soon',
      'guest: settle',
      'QEMU of outer: set-action {"reboot":"reset"}',
      'log machine-ready {"machine":"outer"}, soon',
      'let go',
    ]);
  });

  it('is not without an image', async () => {
    const { at, done } = site(nested);
    const part = machinePart(prepared(nested, { images: new Map() }), machineOf(nested, 'outer'));
    await expect(part.up(at, silentTask())).rejects.toThrow('machine outer has no image');
    expect(done).toEqual([]);
  });
});

describe('a machine whose guest does not answer', () => {
  /** After how many seconds it is given up. */
  async function givenUpAfter(name: string, outside: Accelerator, bootLimitMs?: number): Promise<string> {
    const { at, done } = site(nested, nobody);
    const accelerationInside = { accelerator: outside, reason: '' } as const;
    const acceleration = { accelerator: outside, reason: '' } as const;
    const of = prepared(nested, { acceleration, accelerationInside, bootLimitMs });
    const ready = await machinePart(of, machineOf(nested, name)).up(at, silentTask());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    const error: unknown = await ready().catch((reason: unknown) => reason);
    vi.useRealTimers();
    expect(error).toMatchObject({ problems: [{ code: 'LAB-MACHINE-BOOT' }] });
    expect(done.at(-1)).toBe(`machine ${name}: ${JSON.stringify({ main: qemu })}`);
    return (error as Error).message;
  }

  it('is given up after half a minute, and half a second more for each of its functions', async () => {
    expect(await givenUpAfter('outer', 'kvm')).toContain('within 32 s');
    expect(await givenUpAfter('inner', 'kvm')).toContain('within 30 s');
  });

  it('has five times as long under emulation, and five times that inside an emulated machine', async () => {
    expect(await givenUpAfter('outer', 'tcg')).toContain('within 160 s');
    expect(await givenUpAfter('inner', 'tcg')).toContain('within 750 s');
  });

  it('has as long as the user says', async () => {
    expect(await givenUpAfter('outer', 'tcg', 7000)).toContain('within 7 s');
  });
});
