import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { Readable, type Duplex, type Writable } from 'node:stream';
import { identify, isAlive, treeOf, type ProcessIdentity } from './identity.js';
import { failureOf } from './process-error.js';
import type { Spawned } from './spawned.js';
import { surroundings } from './surroundings.js';
import { pause, waitBriefly } from './wait-for.js';

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input: boolean;
  /** `piped`: its streams are those of what is returned. `own`: it has this process's own, and a terminal too; those of what is returned are empty. */
  readonly streams: 'piped' | 'own';
}

const SIGNAL_EXIT_BASE = 128;
/** What does not end by SIGTERM is killed after this. */
const FORCE_MS = 2000;
const GONE_LIMIT_MS = 10_000;
const POLL_MS = 10;
/** What a program has left running may hold its output open. It is not awaited longer than nothing comes. */
const QUIET_MS = 100;

/** Has the kernel end the program when its parent ends, whatever that ends by. */
export const TIED = ['setpriv', '--pdeathsig', 'KILL'] as const;

/** Marks all that a command starts, even what has lost its parent since. */
const MARK = 'LAB_COMMAND';

function hasMark(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
  } catch {
    return false;
  }
}

function markedWith(mark: string): ProcessIdentity[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && hasMark(pid, mark))
    .flatMap((pid) => identify(Number(pid)) ?? []);
}

function send(signal: NodeJS.Signals, processes: readonly ProcessIdentity[]): void {
  for (const one of processes) {
    try {
      if (isAlive(one)) process.kill(one.pid, signal);
    } catch {
      // It has ended since.
    }
  }
}

/** Ends a program with all that it has started: SIGTERM first, SIGKILL for what is left after 2 s. */
async function endAll(pid: number | undefined, mark: string): Promise<void> {
  const running = (): ProcessIdentity[] => {
    const all = [...(pid === undefined ? [] : treeOf(pid)), ...markedWith(mark)];
    return all.filter(isAlive);
  };
  send('SIGTERM', running());
  send('SIGCONT', running());
  const forceAt = Date.now() + FORCE_MS;
  const ask = async (): Promise<true | undefined> => {
    const left = running();
    if (left.length === 0) return Promise.resolve(true);
    if (Date.now() >= forceAt) send('SIGKILL', left);
    return Promise.resolve(undefined);
  };
  await waitBriefly({ ask, everyMs: POLL_MS, limitMs: GONE_LIMIT_MS });
}

/** Ends a stream that a program has left to others, as soon as nothing comes any more. */
async function endWhenQuiet(stream: Socket): Promise<void> {
  const never = new AbortController().signal;
  for (let before = -1; !stream.readableEnded && !stream.destroyed; before = stream.bytesRead) {
    if (before === stream.bytesRead && stream.readableLength === 0) stream.push(null);
    await pause(QUIET_MS, never, { idle: true });
  }
}

/** A program of which this process holds one end of a socket. */
export interface SocketProcess {
  readonly socket: Duplex;
  /** Ends it. */
  readonly kill: () => void;
}

/** Starts a program that has a socket as its descriptor 3 and nothing else of this process's. It ends with this process. */
export function spawnWithSocket(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): SocketProcess {
  const [file, ...args] = [...TIED, ...argv] as const;
  const subprocess = execa(file, args, {
    reject: false,
    buffer: false,
    cleanup: false,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: surroundings(env),
  });
  const socket = subprocess.nodeChildProcess.stdio[3] as Socket;
  socket.on('error', () => undefined);
  return { socket, kill: () => subprocess.kill('SIGKILL') };
}

/**
 * Starts a program whose streams are bytes. It ends with this process, however that ends, unless it has made itself a child of another.
 */
export function spawn(argv: readonly [string, ...string[]], options: SpawnOptions): Spawned {
  const { env, input, streams } = options;
  const mark = `${MARK}=${randomBytes(16).toString('hex')}`;
  const [, value = ''] = mark.split('=');
  const output = streams === 'piped' ? ('pipe' as const) : ('inherit' as const);
  const [file, ...args] = [...TIED, ...argv] as const;
  const subprocess = execa(file, args, {
    reject: false,
    buffer: false,
    cleanup: false,
    stdin: input ? output : 'ignore',
    stdout: output,
    stderr: output,
    env: { ...surroundings(env), [MARK]: value },
  });
  const { stdin, stdout, stderr } = subprocess as {
    stdin?: Writable | null;
    stdout?: Socket | null;
    stderr?: Socket | null;
  };
  // A program need not read all its input.
  stdin?.on('error', () => undefined);
  const ended = new Promise<number>((resolve, reject) => {
    subprocess.nodeChildProcess.once('exit', (code, signal) => {
      for (const stream of [stdout, stderr]) if (stream) void endWhenQuiet(stream);
      resolve(code ?? SIGNAL_EXIT_BASE + constants.signals[signal ?? 'SIGKILL']);
    });
    void subprocess.then((result) => {
      if (subprocess.pid === undefined) reject(failureOf(argv, result, undefined));
    });
  });
  ended.catch(() => undefined);
  return {
    stdin: stdin ?? null,
    stdout: stdout ?? Readable.from([]),
    stderr: stderr ?? Readable.from([]),
    ended,
    resize: () => undefined,
    end: async () => endAll(subprocess.pid, mark),
  };
}
