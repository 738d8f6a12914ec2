import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** A server on a Unix socket, as QEMU is one. */
export interface SocketServer {
  /** As the code under test names it. */
  readonly path: string;
  /** The connection that came last. */
  readonly connection: () => Socket;
  /** Each line that a client has sent, parsed. */
  readonly received: unknown[];
  /** Sends text or bytes as they are. */
  send(data: string | Uint8Array): void;
  close(): Promise<void>;
}

/** A folder whose path alone is longer than the 108 bytes that a socket's address holds. */
export function longFolder(scratch: string): string {
  const folder = join(scratch, 'a-folder-with-a-long-name'.repeat(4), 'and-one-more'.repeat(8));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Listens at `folder`/`name`; `answer` is called with each object that comes in. */
export async function serveSocket(
  folder: string,
  name: string,
  behaviour: {
    greeting?: string;
    answer?: (message: Record<string, unknown>, server: SocketServer) => void;
  } = {},
): Promise<SocketServer> {
  const place = openSync(folder, 'r');
  const sockets: Socket[] = [];
  const received: unknown[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    if (behaviour.greeting !== undefined) socket.write(behaviour.greeting);
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      // 0xFF ends what came before it, as QEMU's parsers have it.
      const reset = chunk.lastIndexOf(0xff);
      if (reset >= 0) rest = '';
      const lines = (rest + chunk.subarray(reset + 1).toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as Record<string, unknown>;
        received.push(message);
        behaviour.answer?.(message, self);
      }
    });
  });
  const self: SocketServer = {
    path: join(folder, name),
    received,
    connection: () => {
      const last = sockets.at(-1);
      if (last === undefined) throw new Error('nobody has connected');
      return last;
    },
    send: (data) => {
      self.connection().write(data);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      closeSync(place);
    },
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The full path may not fit into a socket's address.
    server.listen(`/proc/self/fd/${place}/${name}`, resolve);
  });
  return self;
}
