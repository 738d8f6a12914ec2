import { errorToJson, formatError } from '../errors/format.js';
import type { LabError } from '../errors/lab-error.js';

/** Shows an error: for people on stderr; with `json` for programs, on stdout. */
export function reportError(error: LabError, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(errorToJson(error), undefined, 2)}\n`);
  else process.stderr.write(`${formatError(error)}\n`);
  if (process.env['DEBUG'] === 'lab' && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
}
