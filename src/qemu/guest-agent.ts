import type { Socket } from 'node:net';
import { MachineError } from '../errors/families.js';
import { withTimeLimit } from '../model/time-limit.js';
import { waitFor } from '../process/wait-for.js';
import { JsonLines } from './json-lines.js';
import type { Connect } from './unix-socket.js';

export interface GuestExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program ended, with its output as bytes. */
export interface GuestExecEnd {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether the agent has kept the beginning of its output alone: 16 MiB (GUEST_EXEC_MAX_OUTPUT of QEMU's qga/commands.c). */
  readonly isCut: boolean;
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
  readonly 'out-truncated'?: boolean;
  readonly 'err-truncated'?: boolean;
}

/** How long a guest may take to answer when it is asked again, and others to leave it, in ms. */
const ANSWER_LIMIT_MS = 60_000;
const SIGNAL_EXIT_BASE = 128;
const FIRST_POLL_MS = 2;
const LONGEST_POLL_MS = 100;
/** guest-file-write takes base64 in one line; QEMU's agent accepts far more, small pieces keep the serial port fair. */
const WRITE_BYTES = 256 * 1024;

/** How clients of one agent, of whatever process, take turns: QEMU serves one client of a socket at a time. */
export interface Turns {
  /** Tells whoever has the agent that this client waits. */
  ask(): void;
  /** Whether another client has asked since this time (ms since the epoch). */
  isAskedSince(time: number): boolean;
}

const nobodyElse: Turns = { ask: () => undefined, isAskedSince: () => false };

const ASK_AGAIN_MS = 200;
const LOOK_MS = 100;
/** How long a client may have the agent before it leaves it to another: to change costs a machine inside another seconds. */
const TENURE_MS = 1000;

/** A connection to the agent that is synchronized with it. */
class Session {
  readonly #lines: JsonLines;
  readonly #waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];
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
        this.#ended = true;
        for (const waiting of this.#waiting.splice(0)) waiting.reject(gone(logs));
      },
    });
  }

  static async open(connect: Connect, signal: AbortSignal, logs: string): Promise<Session> {
    const session = new Session(
      await connect(signal).catch((error: unknown) => Promise.reject(gone(logs, error))),
      logs,
    );
    const abort = (): void => {
      session.close();
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      await session.#synchronize();
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return session;
  }

  async execute(command: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#ended) throw gone(this.logs);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    this.#lines.send({ execute: command, arguments: args });
    return answer;
  }

  close(): void {
    this.#lines.close();
  }

  async #synchronize(): Promise<void> {
    // Ends a question that an earlier client was killed in the middle of; the agent complains of it, as of any such byte.
    this.#lines.reset();
    const id = Math.floor(Math.random() * 2 ** 31);
    this.#lines.send({ execute: 'guest-sync-delimited', arguments: { id } });
    // Answers to an earlier client's questions may come first.
    let answer: unknown;
    while (answer !== id) {
      answer = await new Promise<unknown>((resolve, reject) => {
        this.#waiting.push({
          resolve,
          reject: (error) => {
            if (this.#ended) reject(error);
            else resolve(undefined);
          },
        });
      });
    }
  }

  #receive(message: Record<string, unknown>): void {
    const waiting = this.#waiting.shift();
    if ('error' in message) waiting?.reject(refused(message['error'], this.logs));
    else waiting?.resolve(message['return']);
  }
}

/**
 * The QEMU guest agent (QEMU's qga/qapi-schema.json), over its virtio-serial port. Between two commands it is left to another client that
 * asks for it, and opened again for the next one.
 */
export class GuestAgent {
  #session: Promise<Session>;
  #since = 0;
  #busy = 0;
  #left = false;
  readonly #looking: NodeJS.Timeout;

  private constructor(
    session: Session,
    private readonly connect: Connect,
    private readonly logs: string,
    private readonly turns: Turns,
  ) {
    this.#session = Promise.resolve(session);
    this.#since = Date.now();
    this.#looking = setInterval(() => {
      this.#leaveToOthers();
    }, LOOK_MS);
    this.#looking.unref();
  }

  /**
   * Opens a session; resolves once the agent in the guest answers, which tells that the guest is up.
   * Throws MachineError when it does not before `signal` aborts. `logs`: the command that shows the guest's console.
   */
  static async open(
    connect: Connect,
    signal: AbortSignal,
    logs = 'lab logs',
    turns: Turns = nobodyElse,
  ): Promise<GuestAgent> {
    return new GuestAgent(await openInTurn(connect, signal, logs, turns), connect, logs, turns);
  }

  /** Runs one of the agent's commands. Throws MachineError with the agent's words if it refuses. */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#busy += 1;
    try {
      return await (await this.#opened()).execute(command, args);
    } finally {
      this.#busy -= 1;
      this.#leaveToOthers();
    }
  }

  /** Starts a program in the guest; returns its process id there. */
  async start(
    argv: readonly [string, ...string[]],
    options: { input?: string | Uint8Array; env?: readonly string[]; capture?: boolean } = {},
  ): Promise<number> {
    const [path, ...arg] = argv;
    const { pid } = (await this.execute('guest-exec', {
      path,
      arg,
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.input === undefined ? {} : { 'input-data': Buffer.from(options.input).toString('base64') }),
      'capture-output': options.capture ?? false,
    })) as { pid: number };
    return pid;
  }

  /** Whether a started program has ended, and how. Throws MachineError if the agent has not kept all of its output. */
  async statusOf(pid: number): Promise<GuestExecResult | undefined> {
    const end = await this.endOf(pid);
    if (end === undefined) return undefined;
    if (end.isCut) throw cut();
    const { exitCode, stdout, stderr } = end;
    return { exitCode, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
  }

  /** The same with bytes, and as much of them as the agent has kept. */
  async endOf(pid: number): Promise<GuestExecEnd | undefined> {
    const status = (await this.execute('guest-exec-status', { pid })) as ExecStatus;
    if (!status.exited) return undefined;
    return {
      exitCode: status.exitcode ?? SIGNAL_EXIT_BASE + (status.signal ?? 0),
      stdout: decode(status['out-data']),
      stderr: decode(status['err-data']),
      isCut: status['out-truncated'] === true || status['err-truncated'] === true,
    };
  }

  /** Runs a program in the guest to its end. Throws MachineError when it takes longer than `timeoutMs`. */
  async run(
    argv: readonly [string, ...string[]],
    options: { input?: string | Uint8Array; timeoutMs?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<GuestExecResult> {
    const pid = await this.start(argv, {
      ...(options.input === undefined ? {} : { input: options.input }),
      capture: true,
    });
    return waitFor(
      {
        ask: async () => this.statusOf(pid),
        firstMs: FIRST_POLL_MS,
        everyMs: LONGEST_POLL_MS,
        limitMs: options.timeoutMs ?? Infinity,
        late: () => tookTooLong(argv, this.logs),
      },
      options.signal ?? new AbortController().signal,
    );
  }

  /** Writes a file in the guest; its folder must exist. */
  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    const handle = await this.execute('guest-file-open', { path, mode: 'w' });
    const bytes = Buffer.from(content);
    for (let offset = 0; offset < bytes.length; offset += WRITE_BYTES) {
      await this.execute('guest-file-write', {
        handle,
        'buf-b64': bytes.subarray(offset, offset + WRITE_BYTES).toString('base64'),
      });
    }
    await this.execute('guest-file-close', { handle });
  }

  close(): void {
    clearInterval(this.#looking);
    // One that was left is not closed a second time, and one that is being opened is closed then.
    if (!this.#left)
      void this.#session
        .then((session) => {
          session.close();
        })
        .catch(() => undefined);
  }

  async #opened(): Promise<Session> {
    if (this.#left) {
      this.#left = false;
      this.#session = withTimeLimit(ANSWER_LIMIT_MS, [], async (signal) =>
        openInTurn(this.connect, signal, this.logs, this.turns),
      );
      this.#session
        .then(() => {
          this.#since = Date.now();
        })
        .catch(() => {
          this.#left = true;
        });
    }
    return this.#session;
  }

  #leaveToOthers(): void {
    if (this.#left || this.#busy > 0 || Date.now() - this.#since < TENURE_MS) return;
    if (!this.turns.isAskedSince(this.#since)) return;
    this.#left = true;
    void this.#session
      .then((session) => {
        session.close();
      })
      .catch(() => undefined);
  }
}

/** Opens a session, and asks for it as long as another client has the agent. */
async function openInTurn(
  connect: Connect,
  signal: AbortSignal,
  logs: string,
  turns: Turns,
): Promise<Session> {
  turns.ask();
  const asking = setInterval(() => {
    turns.ask();
  }, ASK_AGAIN_MS);
  try {
    return await Session.open(connect, signal, logs);
  } finally {
    clearInterval(asking);
  }
}

function decode(base64: string | undefined): Buffer {
  return Buffer.from(base64 ?? '', 'base64');
}

/** The error for output of which the agent has kept the beginning alone. */
export function cut(): MachineError {
  return new MachineError({
    code: 'LAB-AGENT-CUT',
    message: 'the command wrote more than the guest agent keeps (16 MiB): the rest is lost',
    hint: 'have it write to a file in the guest, and read that in pieces',
  });
}

function seeConsole(logs: string): string {
  return `see the guest’s console: ${logs}`;
}

function refused(error: unknown, logs: string): MachineError {
  const description = (error as { desc?: string } | undefined)?.desc ?? 'no reason given';
  return new MachineError({
    code: 'LAB-AGENT-REFUSED',
    message: `the guest agent refused: ${description}`,
    hint: seeConsole(logs),
  });
}

function gone(logs: string, cause?: unknown): MachineError {
  return new MachineError(
    {
      code: 'LAB-AGENT-GONE',
      message: 'the guest agent does not answer',
      hint: seeConsole(logs),
    },
    { cause },
  );
}

function tookTooLong(argv: readonly string[], logs: string): MachineError {
  return new MachineError({
    code: 'LAB-AGENT-TIMEOUT',
    message: `${argv[0] ?? ''} took too long in the guest`,
    hint: seeConsole(logs),
  });
}
