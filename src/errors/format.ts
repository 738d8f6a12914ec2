import { explainSystemError } from './system-error.js';
import { LabError, type Location, type Problem } from './lab-error.js';

const MAX_CAUSES = 5;

export function formatLocation(location: Location): string {
  return [location.file, location.line, location.column].filter((part) => part !== undefined).join(':');
}

function formatProblem(problem: Problem): string {
  const place = problem.location ? `${formatLocation(problem.location)}: ` : '';
  return `${place}${problem.message} [${problem.code}]\n  next: ${problem.hint}`;
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

/** The text that a user reads on stderr: problems with place and remedy, then the causes. Never a stack trace. */
export function formatError(error: LabError): string {
  const causes = causesOf(error).map((cause) => `  because: ${cause.replaceAll('\n', '\n    ')}`);
  return [...error.problems.map(formatProblem), ...causes].join('\n');
}

/** What `--json` prints in place of a result. */
export function errorToJson(error: LabError): { errors: Problem[]; causes: string[] } {
  return { errors: [...error.problems], causes: causesOf(error) };
}

/** Turns anything thrown into a LabError; what is not one is a fault of this program and says so. */
export function toLabError(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  const explained = explainSystemError(thrown);
  if (explained !== undefined) return explained;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError(
    {
      code: 'LAB-INTERNAL',
      message: `unexpected: ${message}`,
      hint: 'this is a fault of lab; please report it with the output of the same command run with DEBUG=lab',
    },
    { cause: thrown },
  );
}
