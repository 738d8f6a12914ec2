import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabFolder } from './record.js';

const CONSOLE_LINES = 8;

/** The output of a serial console, without the sequences that move a terminal's cursor or query its position. */
export function consoleText(raw: string): string {
  // eslint-disable-next-line no-control-regex -- these are control sequences (ECMA-48)
  return raw.replace(/\u001b(\[[0-9;?]*[A-Za-z]|c)/g, '').replaceAll('\r\n', '\n');
}

/** The last lines of the console, or the kernel panic if there is one. */
export function lastConsoleLines(folder: LabFolder, machine: string): string {
  const file = join(folder.run, `${machine}.console.log`);
  if (!existsSync(file)) return '';
  const lines = consoleText(readFileSync(file, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const panic = lines.findIndex((line) => line.includes('Kernel panic'));
  return (panic < 0 ? lines.slice(-CONSOLE_LINES) : lines.slice(panic, panic + CONSOLE_LINES)).join('\n');
}
