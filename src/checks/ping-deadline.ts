import type { Machine } from '../model/lab.js';

const DEADLINE_SECONDS = 5;
/** Emulation inside emulation: the first answer alone has taken 4 s. */
const DEADLINE_INSIDE_SECONDS = 30;
/** ping sends each packet after the answer to the previous one. Emulation inside emulation needs 100 ms for that. */
const PACKETS_PER_SECOND = 10;

/** How long to wait for `count` packets and their answers to and from a machine, in s. */
export function deadlineSeconds(count: number, { on }: Pick<Machine, 'on'>): number {
  return (on === null ? DEADLINE_SECONDS : DEADLINE_INSIDE_SECONDS) + Math.ceil(count / PACKETS_PER_SECOND);
}
