import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LabFolder } from './record.js';

const CONSOLE_LINES = 8;

/** The output of a serial console, without the sequences that move a terminal's cursor or query its position. */
export function consoleText(raw: string): string {
  // eslint-disable-next-line no-control-regex -- these are control sequences (ECMA-48)
  return raw.replace(/\u001b(\[[0-9;?]*[A-Za-z]|c)/g, '').replaceAll('\r\n', '\n');
}

/** How long a log is now, in bytes: what is written from here on begins there. 0 if it is not there. */
export function lengthOfLog(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was written to a log from that byte on; all of it if it has begun anew since, nothing if it is not there. */
export function logFrom(file: string, from: number): string {
  const length = lengthOfLog(file);
  return length === 0 ? '' : readFileSync(file).toString('utf8', from <= length ? from : 0);
}

export function consoleLog(folder: LabFolder, machine: string): string {
  return join(folder.run, `${machine}.console.log`);
}

function consoleLines(folder: LabFolder, machine: string, from: number): string[] {
  return consoleText(logFrom(consoleLog(folder, machine), from))
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/**
 * The options (`CONFIG_…`) that the kernel lacks, as the guest's own start (images/micro/files/start) says; none if it says nothing.
 * `from`: where in the log to begin.
 */
export function optionsLacking(folder: LabFolder, machine: string, from: number): string[] {
  const said = consoleLines(folder, machine, from).flatMap(
    (line) => /^lab: this kernel lacks: (.*)$/.exec(line)?.[1] ?? [],
  );
  return said.at(-1)?.split(' ') ?? [];
}

/** The last lines of the console, or the kernel panic if there is one. `from`: where in the log to begin. */
export function lastConsoleLines(folder: LabFolder, machine: string, from: number): string {
  const lines = consoleLines(folder, machine, from);
  const panic = lines.findIndex((line) => line.includes('Kernel panic'));
  return (panic < 0 ? lines.slice(-CONSOLE_LINES) : lines.slice(panic, panic + CONSOLE_LINES)).join('\n');
}
