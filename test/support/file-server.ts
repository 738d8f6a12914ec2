import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  readonly url: string;
  /** The header `range` of each request; null where there was none. */
  readonly requests: (string | null)[];
  close(): Promise<void>;
}

export interface ServerOptions {
  /** The connection of each of these first requests breaks after so many bytes of its answer. */
  readonly breaksAfter?: readonly number[];
  readonly ignoresRanges?: boolean;
  readonly status?: number;
  /** After each so many bytes it waits for a moment. */
  readonly slowly?: { readonly bytes: number; readonly ms: number };
}

/** Serves one content on the loopback, at any path, as servers do that are as good or as bad as the options say. */
export async function serveFile(content: Buffer, options: ServerOptions = {}): Promise<FileServer> {
  const requests: (string | null)[] = [];
  const server = createServer((request, response) => {
    const range = request.headers.range ?? null;
    const limit = options.breaksAfter?.[requests.length];
    requests.push(range);
    if (options.status !== undefined) {
      response.writeHead(options.status).end();
      return;
    }
    const start = range === null || options.ignoresRanges === true ? 0 : Number(/\d+/.exec(range)?.[0]);
    if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const rest = content.subarray(start);
    response.writeHead(start === 0 ? 200 : 206, {
      'content-length': rest.length,
      ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    void send(limit === undefined ? rest : rest.subarray(0, limit), limit !== undefined);
    async function send(bytes: Buffer, breaks: boolean): Promise<void> {
      const { bytes: step, ms } = options.slowly ?? { bytes: bytes.length || 1, ms: 0 };
      for (let done = 0; done < bytes.length && !response.destroyed; done += step) {
        await new Promise((resolve) => response.write(bytes.subarray(done, done + step), resolve));
        if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      }
      // What was sent before has arrived by then.
      if (breaks) setTimeout(() => response.socket?.destroy(), 50);
      else response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
