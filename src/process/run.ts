import { execa } from 'execa';
import { withTimeLimit } from '../model/time-limit.js';
import { isAlive, treeOf, type ProcessIdentity } from './identity.js';
import { failureOf, ProcessError } from './process-error.js';
import { surroundings } from './surroundings.js';
import { waitBriefly } from './wait-for.js';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment, with the PATH of all that lab runs. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of stderr as it comes. */
  readonly onStderrLine?: (line: string) => void;
  /** Called with each line of stdout as it comes. */
  readonly onStdoutLine?: (line: string) => void;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What does not end by SIGTERM is killed after this. */
const FORCE_MS = 5000;
const POLL_MS = 10;

function send(signal: 'SIGTERM' | 'SIGKILL', processes: readonly ProcessIdentity[]): void {
  for (const one of processes) {
    try {
      if (isAlive(one)) process.kill(one.pid, signal);
    } catch {
      // It has ended since.
    }
  }
}

/**
 * Ends a program with all that it has started, which would go on without it and keep its output open. Returns when they have ended or are
 * killed: this process may be about to end too, and then nobody would kill them.
 */
async function endTree(pid: number | undefined): Promise<void> {
  const processes = pid === undefined ? [] : treeOf(pid);
  send('SIGTERM', processes);
  const ended = async (): Promise<true | undefined> =>
    Promise.resolve(processes.some(isAlive) ? undefined : true);
  if (await waitBriefly({ ask: ended, everyMs: POLL_MS, limitMs: FORCE_MS })) return;
  send(
    'SIGKILL',
    processes.filter(isAlive).flatMap((one) => treeOf(one.pid)),
  );
}

/**
 * Runs a program to its end. The arguments are an array: no shell looks at them.
 * Returns its exit code and output (UTF-8). Throws EnvironmentError if it cannot be started, ProcessError if it is killed by a
 * signal or takes longer than `timeoutMs`; throws the signal's reason when aborted. When it is ended early, all that it has started ends
 * too.
 */
export async function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  return withTimeLimit(options.timeoutMs ?? Infinity, [options.signal], async (signal) => {
    const result = await runUntil(argv, options, signal);
    options.signal?.throwIfAborted();
    const { exitCode, stdout, stderr } = result;
    if (exitCode === undefined || signal.aborted)
      throw failureOf(argv, { ...result, cause: result.cause, timedOut: signal.aborted }, options.cwd);
    return { exitCode, stdout, stderr };
  });
}

type Ended = (RunResult | (Omit<RunResult, 'exitCode'> & { readonly exitCode?: undefined })) & {
  /** Of a program that could not be started. */
  readonly cause?: unknown;
};

async function runUntil(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, env, input, onStderrLine, onStdoutLine }: RunOptions,
  signal: AbortSignal,
): Promise<Ended> {
  const subprocess = execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    cancelSignal: signal,
    forceKillAfterDelay: false,
    ...(cwd === undefined ? {} : { cwd }),
    env: surroundings(env),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  let ending: Promise<void> | undefined;
  const end = (): void => {
    ending = endTree(subprocess.pid);
  };
  signal.addEventListener('abort', end, { once: true });
  const followed = [
    ...(onStderrLine === undefined
      ? []
      : [followLines(subprocess.iterable({ from: 'stderr' }), onStderrLine)]),
    ...(onStdoutLine === undefined
      ? []
      : [followLines(subprocess.iterable({ from: 'stdout' }), onStdoutLine)]),
  ];
  const result = await subprocess;
  signal.removeEventListener('abort', end);
  await ending;
  await Promise.all(followed);
  return result;
}

async function followLines(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) onLine(String(line));
  } catch {
    // The result of the process itself says what went wrong.
  }
}

/** Like `run`, and throws ProcessError if the program's exit code is not 0. */
export async function runOrThrow(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(argv, options);
  if (result.exitCode !== 0) throw ProcessError.from(argv, result);
  return result;
}
