import { createServer, type Server, type Socket } from 'node:net';
import { UsageError } from '../../errors/families.js';
import { isHolderAlive } from '../../hosts/namespace.js';
import type { PipedProcess } from '../../process/start-piped.js';
import { pause } from '../../process/wait-for.js';
import { notUp } from '../running-lab.js';
import { API_PORT } from './paths.js';
import type { RunningCluster } from './running-cluster.js';

const LOOPBACK = '127.0.0.1';
const LAB_POLL_MS = 1000;

/** One connection of a client, and the program in the lab's namespaces that carries it on. */
function bridge(client: Socket, there: PipedProcess): void {
  const end = (): void => {
    client.destroy();
    there.kill();
  };
  for (const stream of [client, there.input, there.output]) stream.on('error', end);
  client.on('close', end);
  there.output.on('close', () => client.end());
  client.pipe(there.input);
  there.output.pipe(client);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port }, resolve);
  }).catch((error: unknown) => {
    throw cannotListen(error as NodeJS.ErrnoException, port);
  });
  const address = server.address();
  return address === null || typeof address === 'string' ? port : address.port;
}

function cannotListen(error: NodeJS.ErrnoException, port: number): Error {
  const why = { EADDRINUSE: 'is in use', EACCES: 'may not be used by you' }[error.code ?? ''];
  if (why === undefined) return error;
  return new UsageError(
    {
      code: 'LAB-PROXY-PORT',
      message: `port ${port} of ${LOOPBACK} ${why}`,
      hint: 'choose another one: --port N; 0 takes any that is free',
    },
    { cause: error },
  );
}

/**
 * Offers the API server on a port of 127.0.0.1 until `signal` aborts. `port` 0: any that is free. `onListening` gets the port. Leaves no
 * connection and no program behind. Throws UsageError if the port cannot be used, and StateError when the lab goes down.
 */
export async function serveProxy(
  { running, kubernetes, clients }: RunningCluster,
  port: number,
  onListening: (port: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const open = new Map<Socket, PipedProcess>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const there = clients.startPiped(['busybox', 'nc', kubernetes.controlPlane.address, String(API_PORT)]);
    open.set(client, there);
    void there.ended.then(() => open.delete(client));
    bridge(client, there);
  });
  onListening(await listen(server, port));
  const { holder, lab } = running.record;
  const isUp = (): boolean => holder !== null && isHolderAlive(holder);
  while (!signal.aborted && isUp()) await pause(LAB_POLL_MS, signal);
  server.close();
  const ending = [...open].map(async ([client, there]) => {
    client.destroy();
    await there.ended;
  });
  await Promise.all(ending);
  if (!signal.aborted) throw notUp(lab.name);
}
