import { afterEach, describe, expect, it } from 'vitest';
import { Qmp } from '../../../src/qemu/qmp.js';
import { rebootInPlace } from '../../../src/qemu/reboot-in-place.js';
import { toSocket } from '../../../src/qemu/unix-socket.js';
import { useScratch } from '../../support/scratch.js';
import { serveSocket, type SocketServer } from '../../support/socket-server.js';

const scratch = useScratch();
const { signal } = new AbortController();
let server: SocketServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A QEMU. `onQuestion`: what happens while it is asked for its state. */
async function open(onQuestion: (to: SocketServer) => void = () => undefined): Promise<Qmp> {
  server = await serveSocket(scratch(), 'guest.qmp', {
    greeting: '{"QMP": {}}\n',
    answer: ({ execute }, to) => {
      if (execute === 'query-status') onQuestion(to);
      to.send('{"return": {}}\n');
    },
  });
  return Qmp.open(toSocket(server.path), signal);
}

/** What QEMU was told to do with reboots, in order. */
function actions(): unknown[] {
  const all = (server?.received ?? []) as { execute: string; arguments: { reboot?: string } }[];
  return all.flatMap(({ execute, arguments: { reboot } }) => (execute === 'set-action' ? [reboot] : []));
}

const afterwards = 'shutdown';
const late = (): Error => new Error('it takes too long');
const tell = async (): Promise<void> => Promise.resolve();
const back = async (): Promise<string> => Promise.resolve('back');

describe('a reboot within QEMU', () => {
  it('is over when the guest is back, because firmware resets once more; QEMU is told what to do from then on', async () => {
    let asked = 0;
    const qmp = await open((to) => {
      asked += 1;
      if (asked === 2) to.send('{"event": "RESET", "data": {"guest": true}}\n');
    });
    const told: unknown[][] = [];
    const noted = async (): Promise<void> => Promise.resolve(void told.push(actions()));
    const isBack = async (): Promise<string> => {
      told.push(actions());
      return back();
    };
    const reboot = { tell: noted, back: isBack, limitMs: 10_000, late, afterwards: 'reset' } as const;
    expect(await rebootInPlace(qmp, reboot, signal)).toBe('back');
    expect(asked).toBe(2);
    expect(told).toEqual([['reset'], ['reset']]);
    expect(actions()).toEqual(['reset', 'reset']);
    qmp.close();
  });

  it('is not mistaken for an earlier one', async () => {
    const qmp = await open();
    server?.send('{"event": "RESET"}\n');
    await qmp.execute('query-status');
    await expect(rebootInPlace(qmp, { tell, back, limitMs: 20, late, afterwards }, signal)).rejects.toThrow(
      'too long',
    );
    qmp.close();
  });

  it.each<[string, () => Promise<void>, string]>([
    ['does not shut down in time', tell, 'it takes too long'],
    ['cannot be told', async () => Promise.reject(new Error('no systemctl')), 'no systemctl'],
  ])('that fails because the guest %s leaves QEMU as it was', async (_, telling, message) => {
    const qmp = await open();
    await expect(
      rebootInPlace(qmp, { tell: telling, back, limitMs: 300, late, afterwards }, signal),
    ).rejects.toThrow(message);
    expect(actions()).toEqual(['reset', 'shutdown']);
    qmp.close();
  });

  it('in which QEMU ends is noticed at once', async () => {
    const qmp = await open((to) => {
      to.connection().destroy();
    });
    await expect(
      rebootInPlace(qmp, { tell, back, limitMs: 60_000, late, afterwards }, signal),
    ).rejects.toMatchObject({
      code: 'LAB-QMP-CLOSED',
    });
  });
});
