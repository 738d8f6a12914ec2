const MAX_WORDS = 2000;

interface Failure {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut?: boolean;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
  readonly originalMessage?: string | undefined;
}

function wordsOf(output: unknown): string {
  return typeof output === 'string' ? output.trim() : '';
}

function reasonOf(failure: Failure): string {
  if (failure.timedOut === true) return 'took too long and was ended';
  if (failure.signal !== undefined) return `was ended by ${failure.signal}`;
  if (failure.exitCode !== undefined) return `ended with exit code ${failure.exitCode}`;
  return `could not be started: ${failure.originalMessage ?? 'unknown reason'}`;
}

/** A program that failed, with its words. Meant as the cause of a LabError that knows what it was for. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';

  private constructor(
    readonly argv: readonly string[],
    readonly exitCode: number | undefined,
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
      failure.timedOut ?? false,
      stdout.slice(-MAX_WORDS),
      stderr,
      message,
    );
  }
}
