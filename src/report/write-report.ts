import { writeFileSync } from 'node:fs';
import { EnvironmentError } from '../errors/families.js';

/** Writes a report to a file. Throws EnvironmentError if that fails. */
export function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new EnvironmentError(
      {
        code: 'LAB-REPORT-WRITE',
        message: `${file} cannot be written`,
        hint: 'check that its folder exists and that you have permission to write there',
      },
      { cause: error },
    );
  }
}
