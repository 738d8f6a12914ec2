import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeOwnFolder } from '../process/own-folder.js';

/** The content of a JSON file, or undefined if it is not there or not JSON. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces a JSON file at once, so that no reader sees half of it. */
export function writeJson(file: string, value: unknown): void {
  makeOwnFolder(dirname(file));
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(fresh, file);
}
