import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../model/folders.js';

/** This program, as package.json describes it. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

export function thisProgram(): Program {
  return JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as Program;
}

/** `sriov-lab/VERSION PLATFORM-ARCH node-VERSION`, as oclif prints it. */
export function versionLine({ name, version }: Program = thisProgram()): string {
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}
