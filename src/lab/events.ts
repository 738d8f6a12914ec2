import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Appends one line to a lab's event log (JSON lines): what was done to the lab, when, and details. Ignores errors, because a full disk
 * must not prevent a lab from being taken down.
 */
export function logEvent(file: string, event: string, details: Readonly<Record<string, unknown>> = {}): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), event, ...details })}\n`);
  } catch {
    // See above.
  }
}
