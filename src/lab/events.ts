import { appendFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeOwnFolder, OWN_FILE } from '../process/own-folder.js';

/**
 * Appends one line to a lab's event log (JSON lines): what was done to the lab, when, and details. Ignores errors, because a full disk
 * must not prevent a lab from being taken down.
 */
export function logEvent(file: string, event: string, details: Readonly<Record<string, unknown>> = {}): void {
  try {
    makeOwnFolder(dirname(file));
    const line = JSON.stringify({ at: new Date().toISOString(), event, ...details });
    appendFileSync(file, `${line}\n`, { mode: OWN_FILE });
  } catch {
    // See above.
  }
}
