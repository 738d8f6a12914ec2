import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { searchPath } from './search-path.js';

/** Where lab finds a program, or undefined. A name with a slash is taken as a path. */
export function findProgram(name: string): string | undefined {
  return placesOf(name).find(isProgram);
}

/** Where a file of a program's name is that cannot be run, or undefined. */
export function findUnusable(name: string): string | undefined {
  return placesOf(name).find((path) => isFile(path) && !isProgram(path));
}

function placesOf(name: string): string[] {
  if (name.includes('/')) return [resolve(name)];
  const folders = searchPath()
    .split(delimiter)
    .filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}
