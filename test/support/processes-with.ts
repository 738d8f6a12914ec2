import { readdirSync } from 'node:fs';
import { commandOf } from '../../src/process/identity.js';

/** The ids of processes whose arguments contain a word. */
export function processesWith(word: string): string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && commandOf(Number(pid)).some((argument) => argument.includes(word)),
  );
}
