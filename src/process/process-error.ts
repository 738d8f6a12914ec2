import { ExplainedError } from '../errors/explained.js';
import type { Problem } from '../errors/lab-error.js';
import { refusalBySignal, refusalIn } from '../errors/system-error.js';
import { notStarted } from './not-started.js';

const MAX_WORDS = 2000;

interface Failure {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut?: boolean;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  readonly originalMessage?: string | undefined;
  readonly cause?: unknown;
}

function wordsOf(output: unknown): string {
  return typeof output === 'string' ? output.trim() : '';
}

function reasonOf(failure: Failure): string {
  if (failure.timedOut === true) return 'took too long and was ended';
  if (failure.signal !== undefined) return `was ended by ${failure.signal}`;
  if (failure.exitCode !== undefined) return `ended with exit code ${failure.exitCode}`;
  return `failed: ${failure.originalMessage ?? 'unknown reason'}`;
}

/** A program that ran and failed, with its words. Meant as the cause of a LabError that knows what it was for. */
export class ProcessError extends ExplainedError {
  override readonly name = 'ProcessError';

  private constructor(
    readonly argv: readonly string[],
    readonly exitCode: number | undefined,
    readonly signal: string | undefined,
    readonly timedOut: boolean,
    readonly stdout: string,
    readonly stderr: string,
    message: string,
  ) {
    super(message);
  }

  static from(argv: readonly string[], failure: Failure): ProcessError {
    const stdout = wordsOf(failure.stdout);
    const stderr = wordsOf(failure.stderr);
    const tail = stderr.length > MAX_WORDS ? `…${stderr.slice(-MAX_WORDS)}` : stderr;
    const message = `${argv[0] ?? ''} ${reasonOf(failure)}${tail === '' ? '' : `\n${tail}`}`;
    return new ProcessError(
      argv,
      failure.exitCode,
      failure.signal,
      failure.timedOut ?? false,
      stdout.slice(-MAX_WORDS),
      stderr,
      message,
    );
  }

  /** For a program whose failure nobody explains better. */
  override get problem(): Problem {
    const program = this.argv[0] ?? '';
    const refusal = refusalBySignal(this.signal) ?? refusalIn(this.stderr);
    const location = this.place === undefined ? undefined : { file: this.place };
    if (refusal !== undefined)
      return { ...refusal, message: `\`${program}\` failed: ${refusal.message}`, location };
    return {
      code: 'LAB-PROGRAM-FAILED',
      message: `\`${program}\` failed`,
      hint: 'its last words are below; run the command again, and report it if it fails again',
    };
  }
}

/** The error for a program that did not run to its end: a LabError if the system did not start it, otherwise a ProcessError. */
export function failureOf(argv: readonly string[], failure: Failure, folder: string | undefined): Error {
  const { cause } = failure;
  const didNotStart = isSystemError(cause) && cause.syscall?.startsWith('spawn') === true;
  if (!didNotStart) return ProcessError.from(argv, failure);
  return notStarted({ program: argv[0] ?? '', folder, cause });
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown;
}
