import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LabFolder } from '../../../src/lab/record.js';
import { rebootMachine } from '../../../src/lab/reboot-machine.js';
import { RunningLab } from '../../../src/lab/running-lab.js';
import { identify } from '../../../src/process/identity.js';
import type { Machine } from '../../../src/model/lab.js';
import { lab } from '../../support/definition.js';
import { record } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';
import { serveSocket, type SocketServer } from '../../support/socket-server.js';

const scratch = useScratch();
const { signal } = new AbortController();
const of = lab({ machines: { guest: {} } });

function guest(): Machine {
  const [machine] = of.machines;
  if (machine === undefined) throw new Error('no machine');
  return machine;
}

let folder: LabFolder;
let servers: SocketServer[] = [];
/** What happens, in order. */
let done: string[] = [];

beforeEach(() => {
  folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
  done = [];
});

afterEach(async () => {
  vi.useRealTimers();
  for (const server of servers) await server.close();
  servers = [];
});

function running(): RunningLab {
  const self = identify(process.pid);
  if (self === undefined) throw new Error('this process is not there');
  return new RunningLab(folder, record(of, { holder: { outer: self, init: self } }));
}

/** A QEMU whose guest reboots when it is told to. */
async function serve(): Promise<void> {
  const qmp = await serveSocket(folder.run, 'guest.qmp', {
    greeting: '{"QMP": {}}\n',
    answer: ({ execute, arguments: args }, to) => {
      if (execute === 'set-action') done.push(`QEMU: ${JSON.stringify(args)}`);
      to.send('{"return": {}}\n');
    },
  });
  const agent = await serveSocket(folder.run, 'guest.agent', {
    answer: ({ execute, arguments: args }, to) => {
      const { id = 0, path = '', arg = [] } = args as { id?: number; path?: string; arg?: string[] };
      if (execute === 'guest-sync-delimited') {
        done.push('the guest answers');
        to.send(Buffer.concat([Buffer.from([0xff]), Buffer.from(`{"return": ${id}}\n`)]));
      } else if (execute === 'guest-exec') {
        const said = [path, ...arg].join(' ');
        done.push(['udevadm settle', 'systemctl reboot'].find((word) => said.includes(word)) ?? said);
        to.send('{"return": {"pid": 5}}\n');
        if (arg.some((word) => word.includes('systemctl reboot'))) qmp.send('{"event": "RESET"}\n');
      } else to.send('{"return": {"exited": true, "exitcode": 0}}\n');
    },
  });
  servers = [qmp, agent];
}

describe('the reboot of a machine', () => {
  it('is systemd’s, within its QEMU, and over when the next guest answers and has its drivers', async () => {
    await serve();
    const lent = running();
    await rebootMachine(lent, guest(), signal);
    await lent.close();
    expect(done).toEqual([
      'QEMU: {"reboot":"reset"}',
      'the guest answers',
      'systemctl reboot',
      'the guest answers',
      'QEMU: {"reboot":"shutdown"}',
      'udevadm settle',
    ]);
    expect(JSON.parse(readFileSync(folder.events, 'utf8'))).toMatchObject({
      event: 'machine-rebooted',
      machine: 'guest',
    });
  });

  it.each([
    ['does not shut down', false, 'did not shut down for its reboot within 600 s'],
    ['does not come back', true, 'was not up again within 150 s after its reboot'],
  ])('whose guest %s fails in time, with the last lines of the console', async (_, resets, message) => {
    writeFileSync(join(folder.run, 'guest.console.log'), resets ? 'zero\r\n' : 'one\r\ntwo\r\n');
    const limits: unknown[] = [];
    const events: { event: string }[] = [];
    const start = async (): Promise<void> => {
      if (resets) {
        events.push({ event: 'RESET' });
        writeFileSync(join(folder.run, 'guest.console.log'), 'one\r\ntwo\r\n', { flag: 'a' });
      }
      return Promise.resolve();
    };
    const channels = {
      qmp: async () => Promise.resolve({ events, execute: async () => Promise.resolve() }),
      forgetAgent: async () => Promise.resolve(),
      agent: async (__: string, ___: AbortSignal, limit?: { limitMs: number }) => {
        if (limit === undefined) return Promise.resolve({ start });
        limits.push(limit.limitMs);
        return Promise.reject(new Error('nobody answers'));
      },
    };
    const fake = { channels, folder, record: record(of) } as unknown as RunningLab;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    const error: unknown = await rebootMachine(fake, guest(), signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'LAB-MACHINE-BOOT',
      message: `the guest of machine guest ${message}`,
      cause: new Error('one\ntwo'),
    });
    expect(limits).toEqual(resets ? [150_000] : []);
  });
});
