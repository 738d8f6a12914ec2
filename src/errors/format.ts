import { ExplainedError } from './explained.js';
import { DefinitionError, EnvironmentError } from './families.js';
import { printable, printableLine } from './printable.js';
import { explainSystemError } from './system-error.js';
import { LabError, type Location, type Problem } from './lab-error.js';

const MAX_CAUSES = 5;

export function formatLocation(location: Location): string {
  return [location.file, location.line, location.column].filter((part) => part !== undefined).join(':');
}

function formatProblem({ code, message, hint, location }: Problem, clean: (text: string) => string): string {
  const place = location === undefined ? '' : `${printableLine(formatLocation(location))}: `;
  return `${place}${clean(message)} [${code}]\n  next: ${clean(hint)}`;
}

function causesOf(error: Error): string[] {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && causes.length < MAX_CAUSES) {
    causes.push(cause.message.trim());
    cause = cause.cause;
  }
  return causes;
}

/**
 * The text that a user reads on stderr: problems with place and remedy, then the causes. Never a stack trace, and nothing
 * that a terminal would obey. What a definition's file says stays on its line, where it can pass for nothing else.
 */
export function formatError(error: LabError): string {
  const clean = error instanceof DefinitionError ? printableLine : printable;
  const problems = error.problems.map((problem) => formatProblem(problem, clean));
  const causes = causesOf(error).map((cause) => `  because: ${printable(cause).replaceAll('\n', '\n    ')}`);
  return [...problems, ...causes].join('\n');
}

/** What `--json` prints in place of a result. */
export function errorToJson(error: LabError): { errors: Problem[]; causes: string[] } {
  return { errors: [...error.problems], causes: causesOf(error) };
}

/** Turns anything thrown into a LabError; what is not one is a fault of this program and says so. */
export function toLabError(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  if (thrown instanceof ExplainedError) return new EnvironmentError(thrown.problem, { cause: thrown });
  const explained = explainSystemError(thrown);
  if (explained !== undefined) return explained;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError(
    {
      code: 'LAB-INTERNAL',
      message: `unexpected: ${message}`,
      hint: 'this is a bug in lab; please report it with the output of the same command run with DEBUG=lab',
    },
    { cause: thrown },
  );
}
