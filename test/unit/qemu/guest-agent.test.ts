import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { GuestAgent, type Turns } from '../../../src/qemu/guest-agent.js';
import { GuestHost } from '../../../src/hosts/guest-host.js';
import { longFolder, serveSocket, type SocketServer } from '../../support/socket-server.js';
import { useScratch } from '../../support/scratch.js';
import { toSocket } from '../../../src/qemu/unix-socket.js';

const scratch = useScratch();
const never = new AbortController().signal;
let server: SocketServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

type Arguments = Record<string, unknown>;
type Handler = (args: Arguments) => unknown;

function refuse(desc: string): never {
  throw new Error(desc);
}

/** An agent that has these commands, and synchronizes as QEMU's does. */
async function serve(commands: Record<string, Handler>, before = ''): Promise<SocketServer> {
  server = await serveSocket(longFolder(scratch()), 'guest.agent', {
    answer: (message, to) => {
      const args = (message['arguments'] ?? {}) as Arguments;
      if (message['execute'] === 'guest-sync-delimited') {
        to.send(before);
        to.send(Buffer.concat([Buffer.from([0xff]), Buffer.from(`{"return": ${String(args['id'])}}\n`)]));
        return;
      }
      try {
        const handler =
          commands[String(message['execute'])] ?? (() => refuse('The command has not been found'));
        to.send(`${JSON.stringify({ return: handler(args) })}\n`);
      } catch (error) {
        to.send(`${JSON.stringify({ error: { class: 'GenericError', desc: (error as Error).message } })}\n`);
      }
    },
  });
  return server;
}

/** Turns of clients in this process; `asked`: when somebody last asked. */
function sharedTurns(): Turns & { asked: number } {
  const turns = {
    asked: 0,
    ask: () => {
      turns.asked = Date.now();
    },
    isAskedSince: (time: number) => turns.asked > time,
  };
  return turns;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a session with the guest agent', () => {
  it('opens over a path longer than a socket’s address holds', async () => {
    const { path } = await serve({ 'guest-ping': () => ({}) });
    expect(Buffer.byteLength(path)).toBeGreaterThan(108);
    const agent = await GuestAgent.open(toSocket(path), never);
    expect(await agent.execute('guest-ping')).toEqual({});
    agent.close();
  });

  it('passes over what was left for an earlier client, half a line of it too', async () => {
    const { path } = await serve(
      { 'guest-ping': () => ({ mine: true }) },
      '{"return": {"pid": 99}}\n{"return": {"exi',
    );
    const agent = await GuestAgent.open(toSocket(path), never);
    expect(await agent.execute('guest-ping')).toEqual({ mine: true });
    agent.close();
  });

  it('is left to a client that asks for it, and opened again for the next command', async () => {
    let clients = 0;
    const waiting: (() => void)[] = [];
    const { path, connection } = await serve({ 'guest-ping': () => ({}) });
    // One client at a time, as with QEMU.
    const connect = async (signal: AbortSignal): Promise<Socket> => {
      if (clients > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      clients += 1;
      const socket = await toSocket(path)(signal);
      socket.once('close', () => {
        clients -= 1;
        waiting.shift()?.();
      });
      return socket;
    };
    const turns = sharedTurns();
    const first = await GuestAgent.open(connect, never, 'lab logs', turns);
    const opened = connection();
    await first.execute('guest-ping');
    expect(connection()).toBe(opened);

    const second = await GuestAgent.open(connect, never, 'lab logs', turns);
    expect(await second.execute('guest-ping')).toEqual({});
    expect(await first.execute('guest-ping')).toEqual({});
    expect(await second.execute('guest-ping')).toEqual({});
    first.close();
    second.close();
  });

  it('is not left in the middle of a command', async () => {
    const turns = sharedTurns();
    const socket = await serve({ 'guest-ping': () => ({}) });
    const agent = await GuestAgent.open(toSocket(socket.path), never, 'lab logs', turns);
    const opened = socket.connection();
    const busy = agent.execute('guest-ping');
    const asking = setInterval(() => {
      turns.ask();
    }, 100);
    expect(opened.destroyed).toBe(false);
    expect(await busy).toEqual({});
    await expect.poll(() => opened.destroyed, { timeout: 5000 }).toBe(true);
    clearInterval(asking);
    agent.close();
  });

  it('runs a program to its end, with its input, output and exit code', async () => {
    let asked = 0;
    const { path, received } = await serve({
      'guest-exec': () => ({ pid: 42 }),
      'guest-exec-status': () => {
        asked += 1;
        return asked < 3
          ? { exited: false }
          : { exited: true, exitcode: 3, 'out-data': base64('öut\n'), 'err-data': base64('err') };
      },
    });
    const agent = await GuestAgent.open(toSocket(path), never);
    const host = new GuestHost('guest', agent);
    expect(await host.run(['cat', 'a b', ''], { input: 'in\0put' })).toEqual({
      exitCode: 3,
      stdout: 'öut\n',
      stderr: 'err',
    });
    expect(received[1]).toEqual({
      execute: 'guest-exec',
      arguments: { path: 'cat', arg: ['a b', ''], 'input-data': base64('in\0put'), 'capture-output': true },
    });
    expect(asked).toBe(3);
    agent.close();
  });

  it('tells a program that a signal ended as a shell would', async () => {
    const { path } = await serve({
      'guest-exec': () => ({ pid: 42 }),
      'guest-exec-status': () => ({ exited: true, signal: 9 }),
    });
    const agent = await GuestAgent.open(toSocket(path), never);
    expect(await agent.run(['x'])).toEqual({ exitCode: 137, stdout: '', stderr: '' });
    agent.close();
  });

  it('gives up a program that takes too long, and stops asking when aborted', async () => {
    const { path } = await serve({
      'guest-exec': () => ({ pid: 42 }),
      'guest-exec-status': () => ({ exited: false }),
    });
    const agent = await GuestAgent.open(toSocket(path), never);
    await expect(agent.run(['sleep', '100'], { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'LAB-AGENT-TIMEOUT',
      message: 'sleep took too long in the guest',
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(agent.run(['sleep', '100'], { signal })).rejects.toThrow('enough');
    agent.close();
  });

  it('writes a file in pieces that make up the whole, and closes it', async () => {
    const pieces: Buffer[] = [];
    const closed: unknown[] = [];
    const { path } = await serve({
      'guest-file-open': (args) => (args['path'] === '/run/x' && args['mode'] === 'w' ? 1000 : refuse('no')),
      'guest-file-write': (args) => {
        pieces.push(Buffer.from(String(args['buf-b64']), 'base64'));
        return { count: 1, eof: false };
      },
      'guest-file-close': (args) => {
        closed.push(args['handle']);
        return {};
      },
    });
    const agent = await GuestAgent.open(toSocket(path), never);
    const content = Buffer.from(Array.from({ length: 600_000 }, (_, index) => index % 251));
    await agent.putFile('/run/x', content);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    expect(pieces.length).toBeGreaterThan(1);
    await agent.putFile('/run/x', '');
    expect(closed).toEqual([1000, 1000]);
    agent.close();
  });

  it('throws the agent’s own words when it refuses, and goes on', async () => {
    const { path } = await serve({
      'guest-exec': () => refuse('Failed to execute child process “x”'),
      'guest-ping': () => 1,
    });
    const agent = await GuestAgent.open(toSocket(path), never);
    await expect(agent.start(['x'])).rejects.toMatchObject({
      code: 'LAB-AGENT-REFUSED',
      message: 'the guest agent refused: Failed to execute child process “x”',
    });
    expect(await agent.execute('guest-ping')).toBe(1);
    agent.close();
  });

  it('that the machine ends fails what is under way and what comes after', async () => {
    const { path } = await serve({
      'guest-ping': () => {
        server?.connection().destroy();
        return {};
      },
    });
    const agent = await GuestAgent.open(toSocket(path), never);
    const commands = [agent.execute('guest-ping'), agent.execute('guest-ping')];
    for (const command of commands)
      await expect(command).rejects.toMatchObject({ code: 'LAB-AGENT-GONE', exitCode: 3 });
    await expect(agent.execute('guest-ping')).rejects.toMatchObject({ code: 'LAB-AGENT-GONE' });
  });

  it('is given up when nobody listens, or when the guest never answers', async () => {
    const nowhere = toSocket(`${scratch()}/none`);
    await expect(
      GuestAgent.open(nowhere, AbortSignal.abort(), 'lab logs mine guest.console'),
    ).rejects.toMatchObject({
      problems: [{ code: 'LAB-AGENT-GONE', hint: 'see the guest’s console: lab logs mine guest.console' }],
    });
    server = await serveSocket(longFolder(scratch()), 'guest.agent');
    const controller = new AbortController();
    const opening = GuestAgent.open(toSocket(server.path), controller.signal);
    while (server.received.length === 0) await new Promise(setImmediate);
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'LAB-AGENT-GONE' });
  });
});
