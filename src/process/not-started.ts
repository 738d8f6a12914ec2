import { statSync } from 'node:fs';
import { EnvironmentError } from '../errors/families.js';
import type { LabError } from '../errors/lab-error.js';
import { explainSystemError } from '../errors/system-error.js';
import { findProgram, findUnusable } from './find-program.js';
import { installHint } from './packages.js';

/** Why the system did not start a program, and where it was to run. */
export interface NotStarted {
  readonly program: string;
  readonly folder: string | undefined;
  readonly cause: NodeJS.ErrnoException;
}

/** The error for a program that the system did not start: it names the program, or what else is in the way. */
export function notStarted({ program, folder, cause }: NotStarted): LabError {
  if (folder !== undefined && !isFolder(folder)) return folderGone(program, folder, cause);
  switch (cause.code) {
    case 'ENOENT':
      return absent(program, cause);
    case 'EACCES':
    case 'EPERM':
      return notExecutable(program, cause);
    default:
      return explainSystemError(cause) ?? unusable(program, cause);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function folderGone(program: string, folder: string, cause: Error): EnvironmentError {
  return new EnvironmentError(
    {
      code: 'LAB-ENV-PATH',
      message: `\`${program}\` cannot be started: the folder that it works in is gone`,
      location: { file: folder },
      hint: 'run the command again; if a lab is up there, take it down first: lab down',
    },
    { cause },
  );
}

function absent(program: string, cause: Error): EnvironmentError {
  const found = findProgram(program);
  if (found !== undefined) return unusable(found, cause);
  if (program.includes('/')) return fileGone(program, cause);
  return new EnvironmentError(
    {
      code: 'LAB-ENV-PROGRAM',
      message: `lab needs the program \`${program}\`, and this computer does not have it`,
      hint: installHint([program]),
    },
    { cause },
  );
}

function fileGone(program: string, cause: Error): EnvironmentError {
  return new EnvironmentError(
    {
      code: 'LAB-ENV-PROGRAM',
      message: 'this program is not there',
      location: { file: program },
      hint: 'run the command again: what is missing in the cache is made again',
    },
    { cause },
  );
}

function notExecutable(program: string, cause: Error): EnvironmentError {
  const file = findUnusable(program) ?? program;
  return new EnvironmentError(
    {
      code: 'LAB-ENV-PROGRAM',
      message: `the current user cannot execute \`${program}\``,
      location: { file },
      hint: `make it executable: sudo chmod +x ${file}`,
    },
    { cause },
  );
}

/** It is there and executable: it, or what interprets it, is not for this computer. */
function unusable(program: string, cause: Error): EnvironmentError {
  return new EnvironmentError(
    {
      code: 'LAB-ENV-PROGRAM',
      message: `\`${program}\` does not start on this computer`,
      location: { file: program },
      hint: 'run it by hand; it may be for another architecture, or lack its interpreter or a library',
    },
    { cause },
  );
}
