import { MachineError } from '../errors/families.js';
import type { Socket } from 'node:net';
import { JsonLines } from './json-lines.js';
import type { Connect } from './unix-socket.js';

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Pending {
  readonly command: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A QMP session (QEMU's docs/interop/qmp-spec.rst). QEMU serves one session of a monitor at a time. */
export class Qmp {
  readonly events: QmpEvent[] = [];
  readonly #pending: Pending[] = [];
  readonly #lines: JsonLines;
  #ended = false;

  private constructor(
    socket: Socket,
    private readonly logs: string,
  ) {
    this.#lines = new JsonLines(socket, {
      onObject: (object) => {
        this.#receive(object);
      },
      onEnd: () => {
        this.#end();
      },
    });
  }

  /**
   * Opens a session as soon as QEMU listens. Throws MachineError when it does not before `signal` aborts. `logs`: the command that shows
   * QEMU's messages.
   */
  static async open(connect: Connect, signal: AbortSignal, logs = 'lab logs'): Promise<Qmp> {
    try {
      const qmp = new Qmp(await connect(signal), logs);
      // QEMU accepts a second client at once and answers it when the first has gone.
      const abort = (): void => {
        qmp.close();
      };
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
      try {
        await qmp.execute('qmp_capabilities');
      } finally {
        signal.removeEventListener('abort', abort);
      }
      return qmp;
    } catch (error) {
      throw new MachineError(
        {
          code: 'LAB-QMP-CLOSED',
          message: 'QEMU does not answer on its QMP socket',
          hint: seeMessages(logs),
        },
        { cause: error },
      );
    }
  }

  /** Runs a command and returns what QEMU returns. Throws MachineError with QEMU's own words if it refuses. */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#ended) throw closed(command, this.logs);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.push({ command, resolve, reject });
    });
    this.#lines.send({ execute: command, arguments: args });
    return answer;
  }

  close(): void {
    this.#lines.close();
  }

  #receive(message: Record<string, unknown>): void {
    if (typeof message['event'] === 'string') {
      this.events.push({ event: message['event'], data: (message['data'] ?? {}) as Record<string, unknown> });
    } else if ('return' in message) {
      this.#pending.shift()?.resolve(message['return']);
    } else if ('error' in message) {
      const pending = this.#pending.shift();
      pending?.reject(refused(pending.command, message['error'], this.logs));
    }
  }

  #end(): void {
    this.#ended = true;
    for (const pending of this.#pending.splice(0)) pending.reject(closed(pending.command, this.logs));
  }
}

function seeMessages(logs: string): string {
  return `see QEMU’s messages: ${logs}`;
}

function refused(command: string, error: unknown, logs: string): MachineError {
  const description = (error as { desc?: string } | undefined)?.desc ?? 'no reason given';
  return new MachineError({
    code: 'LAB-QMP-REFUSED',
    message: `QEMU refused ${command}: ${description}`,
    hint: seeMessages(logs),
  });
}

function closed(command: string, logs: string): MachineError {
  return new MachineError({
    code: 'LAB-QMP-CLOSED',
    message: `QEMU ended during ${command}`,
    hint: seeMessages(logs),
  });
}
