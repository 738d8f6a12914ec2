import { afterEach, describe, expect, it } from 'vitest';
import { Qmp } from '../../../src/qemu/qmp.js';
import { longFolder, serveSocket, type SocketServer } from '../../support/socket-server.js';
import { useScratch } from '../../support/scratch.js';
import { toSocket } from '../../../src/qemu/unix-socket.js';

const scratch = useScratch();
const greeting = '{"QMP": {"version": {"qemu": {"major": 11}}, "capabilities": ["oob"]}}\r\n';
const never = new AbortController().signal;
let server: SocketServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(
  answer: (message: Record<string, unknown>, to: SocketServer) => void,
): Promise<SocketServer> {
  server = await serveSocket(longFolder(scratch()), 'guest.qmp', {
    greeting,
    answer: (message, to) => {
      if (message['execute'] === 'qmp_capabilities') to.send('{"return": {}}\r\n');
      else answer(message, to);
    },
  });
  return server;
}

describe('a QMP session', () => {
  it('opens over a path longer than a socket’s address holds, and returns what QEMU returns', async () => {
    const { path, received } = await serve((_, to) => {
      to.send('{"return": {"status": "running"}}\r\n');
    });
    expect(Buffer.byteLength(path)).toBeGreaterThan(108);
    const qmp = await Qmp.open(toSocket(path), never);
    expect(await qmp.execute('query-status')).toEqual({ status: 'running' });
    expect(received).toEqual([
      { execute: 'qmp_capabilities', arguments: {} },
      { execute: 'query-status', arguments: {} },
    ]);
    qmp.close();
  });

  it('waits for a QEMU that does not listen yet', async () => {
    const folder = longFolder(scratch());
    const opening = Qmp.open(toSocket(`${folder}/guest.qmp`), never);
    await serve(() => undefined);
    (await opening).close();
  });

  it('gives each of several commands its own answer, however they are cut into pieces', async () => {
    const { path } = await serve((message, to) => {
      const answer = `{"return": ${JSON.stringify(message['arguments'])}}\r\n`;
      for (const byte of Buffer.from(answer)) to.send(Uint8Array.of(byte));
    });
    const qmp = await Qmp.open(toSocket(path), never);
    const asked = [1, 2, 3].map((number) => ({ number, text: 'é {"return": 1}\n' }));
    expect(await Promise.all(asked.map(async (args) => qmp.execute('x', args)))).toEqual(asked);
    qmp.close();
  });

  it('keeps events, also between a command and its answer, and takes none for an answer', async () => {
    const { path } = await serve((_, to) => {
      to.send(
        '{"event": "DEVICE_DELETED", "data": {"device": "pf0.vf0"}, "timestamp": {}}\r\n{"event": "RESET"}\r\n{"return": 1}\r\n',
      );
    });
    const qmp = await Qmp.open(toSocket(path), never);
    expect(await qmp.execute('x')).toBe(1);
    expect(qmp.events).toEqual([
      { event: 'DEVICE_DELETED', data: { device: 'pf0.vf0' } },
      { event: 'RESET', data: {} },
    ]);
    qmp.close();
  });

  it('passes over what is not JSON', async () => {
    const { path } = await serve((_, to) => {
      to.send('garbage\r\n\r\n[1]\r\nnull\r\n{"return": 2}\r\n');
    });
    const qmp = await Qmp.open(toSocket(path), never);
    expect(await qmp.execute('x')).toBe(2);
    qmp.close();
  });

  it('throws QEMU’s own words when it refuses, and goes on', async () => {
    const { path } = await serve((message, to) => {
      to.send(
        message['execute'] === 'bad'
          ? '{"error": {"class": "GenericError", "desc": "Device not found"}}\r\n'
          : '{"return": 1}\r\n',
      );
    });
    const qmp = await Qmp.open(toSocket(path), never);
    await expect(qmp.execute('bad')).rejects.toMatchObject({
      code: 'LAB-QMP-REFUSED',
      message: 'QEMU refused bad: Device not found',
    });
    expect(await qmp.execute('good')).toBe(1);
    qmp.close();
  });

  it('that QEMU ends fails what is under way and what comes after', async () => {
    const { path } = await serve((_, to) => {
      to.connection().destroy();
    });
    const qmp = await Qmp.open(toSocket(path), never);
    const commands = [qmp.execute('one'), qmp.execute('two')];
    for (const [index, command] of commands.entries())
      await expect(command).rejects.toMatchObject({
        code: 'LAB-QMP-CLOSED',
        exitCode: 3,
        message: `QEMU ended during ${index === 0 ? 'one' : 'two'}`,
      });
    await expect(qmp.execute('three')).rejects.toMatchObject({ code: 'LAB-QMP-CLOSED' });
  });

  it('is given up when nobody listens, with the system’s reason', async () => {
    const nowhere = toSocket(`${longFolder(scratch())}/guest.qmp`);
    const opening = Qmp.open(nowhere, AbortSignal.abort(), 'lab logs mine guest.qemu');
    await expect(opening).rejects.toMatchObject({
      problems: [{ code: 'LAB-QMP-CLOSED', hint: 'see QEMU’s messages: lab logs mine guest.qemu' }],
      cause: expect.objectContaining({ code: 'ENOENT' }) as unknown,
    });
  });

  it('is given up when its folder is gone', async () => {
    await expect(
      Qmp.open(toSocket(`${scratch()}/none/guest.qmp`), AbortSignal.abort()),
    ).rejects.toMatchObject({
      code: 'LAB-QMP-CLOSED',
    });
  });

  it('is given up when QEMU listens and never answers', async () => {
    server = await serveSocket(longFolder(scratch()), 'guest.qmp', { greeting });
    const controller = new AbortController();
    const opening = Qmp.open(toSocket(server.path), controller.signal);
    while (server.received.length === 0) await new Promise(setImmediate);
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'LAB-QMP-CLOSED' });
  });
});
