import { execa } from 'execa';
import { failureOf, ProcessError } from './process-error.js';
import { surroundings } from './surroundings.js';

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

/**
 * Runs a program to its end. The arguments are an array: no shell looks at them.
 * Returns its exit code and output (UTF-8). Throws EnvironmentError if it cannot be started, ProcessError if it is killed by a
 * signal or takes longer than `timeoutMs`; throws the signal's reason when aborted.
 */
export async function run(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<RunResult> {
  const [file, ...args] = argv;
  const subprocess = execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: surroundings(options.env),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const followed = [
    ...(options.onStderrLine === undefined
      ? []
      : [followLines(subprocess.iterable({ from: 'stderr' }), options.onStderrLine)]),
    ...(options.onStdoutLine === undefined
      ? []
      : [followLines(subprocess.iterable({ from: 'stdout' }), options.onStdoutLine)]),
  ];
  const result = await subprocess;
  await Promise.all(followed);
  options.signal?.throwIfAborted();
  if (result.exitCode === undefined) throw failureOf(argv, result, options.cwd);
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
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
