import { readFileSync, writeFileSync } from 'node:fs';
import { OWN_FILE } from '../process/own-folder.js';
import type { Turns } from '../qemu/guest-agent.js';

/**
 * How the commands of lab take turns at the agent of a machine: who waits for it writes the time into a file beside its socket. Nothing has
 * to be taken back when a command is killed. `file`: its path; without its folder the lab is gone, and so is whoever could wait.
 */
export function turnsAt(file: string): Turns {
  return {
    ask: () => {
      try {
        writeFileSync(file, String(Date.now()), { mode: OWN_FILE });
      } catch {
        return;
      }
    },
    isAskedSince: (time) => {
      try {
        return Number(readFileSync(file, 'utf8')) > time;
      } catch {
        return false;
      }
    },
  };
}
