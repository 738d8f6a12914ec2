import { createHash } from 'node:crypto';

/** The SHA-256 of a text or of bytes, as 64 hex digits. */
export function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The SHA-256 of a list of values that JSON can hold, as 64 hex digits. */
export function digestOf(values: readonly unknown[]): string {
  return digest(JSON.stringify(values));
}
