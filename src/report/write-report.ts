import { writeFileSync } from 'node:fs';
import { EnvironmentError } from '../errors/families.js';

/** Writes a report where the user wants it. Throws EnvironmentError when that cannot be. */
export function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new EnvironmentError(
      {
        code: 'LAB-REPORT-WRITE',
        message: `${file} cannot be written`,
        hint: 'check that its folder exists and that you may write there',
      },
      { cause: error },
    );
  }
}
