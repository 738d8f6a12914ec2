import { execa } from 'execa';
import { failureOf } from './process-error.js';
import type { RunResult } from './run.js';
import { surroundings } from './surroundings.js';

export interface AttachedOptions {
  /** Added to this process's environment, with the PATH of all that lab runs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program, as SIGTERM does. */
  readonly signal: AbortSignal;
  /** Whether its output is returned; otherwise it goes to this process's own streams, and what is returned of it is empty. */
  readonly capture: boolean;
}

const SIGNAL_EXIT_BASE = 128;
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/**
 * Runs a program in this one's place: it has this process's standard input, and a terminal too. Returns its exit code, as a shell
 * reports that of one that a signal has ended. Throws EnvironmentError if it cannot be started.
 */
export async function runAttached(
  argv: readonly [string, ...string[]],
  { env, signal, capture }: AttachedOptions,
): Promise<RunResult> {
  const [file, ...args] = argv;
  const output = capture ? 'pipe' : 'inherit';
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    stdin: 'inherit',
    stdout: output,
    stderr: output,
    env: surroundings(env),
    cancelSignal: signal,
  });
  const ended = result.signal === undefined ? undefined : SIGNALS[result.signal];
  const exitCode = result.exitCode ?? (ended === undefined ? undefined : SIGNAL_EXIT_BASE + ended);
  if (exitCode === undefined) throw failureOf(argv, result, undefined);
  return { exitCode, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}
