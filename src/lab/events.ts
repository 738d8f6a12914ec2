import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Appends one line to a lab's event log (JSON lines): what was done to it, when, and with what. */
export function logEvent(file: string, event: string, details: Readonly<Record<string, unknown>> = {}): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), event, ...details })}\n`);
}
