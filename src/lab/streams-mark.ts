import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_FILE } from '../process/own-folder.js';
import type { LabFolder } from './record.js';

function markOf({ run }: LabFolder, machine: string): string {
  return join(run, `${machine}.streams`);
}

/** Whether the program that runs commands in a guest has answered since the guest booted, as far as lab knows of its boots. */
export function haveStreamsAnswered(folder: LabFolder, machine: string): boolean {
  return existsSync(markOf(folder, machine));
}

export function noteStreamsAnswered(folder: LabFolder, machine: string): void {
  writeFileSync(markOf(folder, machine), '', { mode: OWN_FILE });
}

/** A guest that boots has lost the program: without the mark, nobody waits for its answer first. */
export function forgetStreams(folder: LabFolder, machine: string): void {
  rmSync(markOf(folder, machine), { force: true });
}
