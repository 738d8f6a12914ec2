import type { Machine } from '../model/lab.js';

const DEADLINE_SECONDS = 5;
/** Emulation inside emulation: the first answer alone has taken 4 s. */
const DEADLINE_INSIDE_SECONDS = 30;
/** ping sends each packet after the answer to the previous one. Emulation inside emulation needs 100 ms for that. */
const PACKETS_PER_SECOND = 10;

/** netperf makes several connections, and the computer may be busy: what has no way is found with ping, and not by waiting for TCP. */
const TRANSFER_SECONDS = 60;
const TRANSFER_INSIDE_SECONDS = 300;
/** The slowest that is waited for: emulation inside emulation still moves more. */
const BYTES_PER_SECOND = 1_000_000;
const TRANSACTIONS_PER_SECOND = 20;

/** How long to wait for TCP to move so many bytes, or to do so many transactions, in s. */
export function transferSeconds(
  { bytes = 0, transactions = 0 }: { readonly bytes?: number; readonly transactions?: number },
  { on }: Pick<Machine, 'on'>,
): number {
  const least = on === null ? TRANSFER_SECONDS : TRANSFER_INSIDE_SECONDS;
  return least + Math.ceil(bytes / BYTES_PER_SECOND + transactions / TRANSACTIONS_PER_SECOND);
}

/** How long to wait for `count` packets and their answers to and from a machine, in s. */
export function deadlineSeconds(count: number, { on }: Pick<Machine, 'on'>): number {
  return (on === null ? DEADLINE_SECONDS : DEADLINE_INSIDE_SECONDS) + Math.ceil(count / PACKETS_PER_SECOND);
}
