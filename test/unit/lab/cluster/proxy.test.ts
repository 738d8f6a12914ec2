import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serveProxy } from '../../../../src/lab/cluster/proxy.js';
import type { RunningCluster } from '../../../../src/lab/cluster/running-cluster.js';
import { identify } from '../../../../src/process/identity.js';
import { startPiped, type PipedProcess } from '../../../../src/process/start-piped.js';
import { kubernetes, labWithCluster } from '../../../support/cluster.js';
import { gone, record } from '../../../support/record.js';

const self = identify(process.pid);
if (self === undefined) throw new Error('this process does not run');

let controller = new AbortController();
const sockets: Socket[] = [];

afterEach(() => {
  controller.abort();
  controller = new AbortController();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A cluster whose API server gives back what it is sent. */
function echo({ up } = { up: true }) {
  const started: { argv: readonly string[]; process: PipedProcess }[] = [];
  const holder = up
    ? { outer: self as NonNullable<typeof self>, init: self as NonNullable<typeof self> }
    : { outer: gone, init: gone };
  const cluster = {
    kubernetes,
    running: { record: record(labWithCluster(), { holder }) },
    clients: {
      startPiped: (argv: readonly string[]) => {
        const process = startPiped(['cat'], {});
        started.push({ argv, process });
        return process;
      },
    },
  };
  return { started, cluster: cluster as unknown as RunningCluster };
}

/** Serves on a free port, which it returns, with the promise of its end. */
async function serve(cluster: RunningCluster): Promise<{ port: number; ended: Promise<void> }> {
  let ended: Promise<void> = Promise.resolve();
  const port = await new Promise<number>((resolve, reject) => {
    ended = serveProxy(cluster, 0, resolve, controller.signal);
    ended.catch(reject);
  });
  return { port, ended };
}

async function dial(port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host }, () => {
      resolve(socket);
    });
    sockets.push(socket);
    socket.once('error', reject);
  });
}

async function answerTo(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (data) => {
      resolve(data.toString());
    });
    socket.write(text);
  });
}

describe('the proxy', () => {
  it('carries each connection through a program of its own, both ways', async () => {
    const { cluster, started } = echo();
    const { port } = await serve(cluster);
    const [one, two] = [await dial(port), await dial(port)];
    expect(await answerTo(one, 'one')).toBe('one');
    expect(await answerTo(two, 'two')).toBe('two');
    expect(started.map(({ argv }) => argv)).toEqual([
      ['busybox', 'nc', '10.0.0.2', '6443'],
      ['busybox', 'nc', '10.0.0.2', '6443'],
    ]);
  });

  it('ends the program when its client goes', async () => {
    const { cluster, started } = echo();
    const { port } = await serve(cluster);
    const client = await dial(port);
    await answerTo(client, 'hello');
    client.destroy();
    await started[0]?.process.ended;
    expect(started).toHaveLength(1);
  });

  it('ends the connection when its program goes', async () => {
    const { cluster, started } = echo();
    const { port } = await serve(cluster);
    const client = await dial(port);
    await answerTo(client, 'hello');
    const closed = new Promise((resolve) => client.once('close', resolve));
    started[0]?.process.kill();
    await closed;
  });

  it('listens on 127.0.0.1 alone', async () => {
    const { port } = await serve(echo().cluster);
    await expect(dial(port, '127.0.0.2')).rejects.toThrow('ECONNREFUSED');
  });

  it('ends with everything that it has started', async () => {
    const { cluster, started } = echo();
    const { port, ended } = await serve(cluster);
    const client = await dial(port);
    await answerTo(client, 'hello');
    controller.abort();
    await ended;
    await started[0]?.process.ended;
    await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
  });

  it('ends with the lab', async () => {
    const { ended } = await serve(echo({ up: false }).cluster);
    await expect(ended).rejects.toMatchObject({ problems: [{ code: 'LAB-NOT-UP' }] });
  });

  it('says that its port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen({ port: 0, host: '127.0.0.1' }, resolve));
    const { port } = other.address() as AddressInfo;
    await expect(serveProxy(echo().cluster, port, () => undefined, controller.signal)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-PROXY-PORT',
          message: `port ${port} of 127.0.0.1 is in use`,
          hint: expect.stringContaining('--port N') as string,
        },
      ],
      cause: { code: 'EADDRINUSE' },
    });
    other.close();
  });
});
