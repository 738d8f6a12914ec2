import type { Socket } from 'node:net';

type JsonObject = Record<string, unknown>;

const DELIMITER = 0xff;

/** JSON objects, one a line, over a socket: the framing of QMP and of the guest agent. */
export class JsonLines {
  #buffer = '';

  constructor(
    private readonly socket: Socket,
    handlers: { onObject: (object: JsonObject) => void; onEnd: () => void },
  ) {
    socket.on('data', (chunk: Buffer) => {
      // guest-sync-delimited answers with 0xFF first: what came before it belongs to an earlier client.
      const delimiter = chunk.lastIndexOf(DELIMITER);
      if (delimiter >= 0) this.#buffer = '';
      this.#take(chunk.subarray(delimiter + 1).toString('utf8'), handlers.onObject);
    });
    socket.on('close', handlers.onEnd);
  }

  send(object: JsonObject): void {
    this.socket.write(`${JSON.stringify(object)}\n`);
  }

  /** Has the other side forget what it was sent half of. */
  reset(): void {
    this.socket.write(Buffer.from([DELIMITER]));
  }

  close(): void {
    this.socket.destroy();
  }

  #take(text: string, onObject: (object: JsonObject) => void): void {
    const lines = (this.#buffer + text).split('\n');
    this.#buffer = lines.pop() ?? '';
    for (const line of lines) {
      const object = parseObject(line);
      if (object !== undefined) onObject(object);
    }
  }
}

function parseObject(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
