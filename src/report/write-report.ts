import { accessSync, closeSync, constants, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { EnvironmentError } from '../errors/families.js';

/** Writes a report to a file. Throws EnvironmentError if that fails. */
export function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw notWritten(file, error);
  }
}

/** Throws EnvironmentError if a report could not be written to a file: to be told before the work that it reports. */
export function requireWritable(file: string): void {
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined) {
      closeSync(openSync(file, 'a'));
      rmSync(file);
    } else if (status.isFile() || status.isDirectory()) closeSync(openSync(file, 'a'));
    // Opening a pipe would wait for its reader.
    else accessSync(file, constants.W_OK);
  } catch (error) {
    throw notWritten(file, error);
  }
}

function notWritten(file: string, cause: unknown): EnvironmentError {
  return new EnvironmentError(
    {
      code: 'LAB-REPORT-WRITE',
      message: `${file} cannot be written`,
      hint: 'check that its folder exists and that you have permission to write there',
    },
    { cause },
  );
}
