import type { ErrorCode } from './codes.js';

/** Where a problem is: a file, and for a definition the line and column in it (both from 1). */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface Problem {
  /** Stable, documented in docs/errors.md. */
  readonly code: ErrorCode;
  /** What is wrong, as one sentence without a full stop. */
  readonly message: string;
  readonly location?: Location | undefined;
  /** What to do next. */
  readonly hint: string;
}

/** The exit codes of docs/errors.md. */
export const ExitCode = {
  passed: 0,
  checkFailed: 1,
  wrong: 2,
  noCheckRan: 3,
  allSkipped: 4,
  /** Of a command that was ended as its time was up: timeout(1) has the same. */
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;

/** Every error that a user may see: one or more problems, a cause chain, an exit code. Never shown with a stack. */
export class LabError extends Error {
  override readonly name: string = 'LabError';
  readonly exitCode: number = ExitCode.wrong;
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(problems: Problem | readonly [Problem, ...Problem[]], options: { cause?: unknown } = {}) {
    const list = Array.isArray(problems)
      ? (problems as readonly [Problem, ...Problem[]])
      : ([problems] as [Problem]);
    super(list.map((problem) => problem.message).join('; '), options);
    this.problems = list;
  }

  get code(): ErrorCode {
    return this.problems[0].code;
  }
}
