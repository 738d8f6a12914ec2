import { inspect } from 'node:util';
import { errorToJson, formatError } from '../errors/format.js';
import type { LabError } from '../errors/lab-error.js';
import { printable, printableJson } from '../errors/printable.js';

/** Writes JSON to stdout with nothing in it that a terminal would obey. */
export function writeJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, undefined, 2))}\n`);
}

/** Shows an error: for people on stderr; with `json` for programs, on stdout. */
export function reportError(error: LabError, json: boolean): void {
  if (json) writeJson(errorToJson(error));
  else process.stderr.write(`${formatError(error)}\n`);
  // With the stacks of its causes: an error of lab is often made of another, which says where it happened.
  if (process.env['DEBUG'] === 'lab') process.stderr.write(`${printable(inspect(error))}\n`);
}
