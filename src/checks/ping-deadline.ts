const DEADLINE_SECONDS = 5;
/** ping sends each packet after the answer to the previous one. Emulation inside emulation needs 100 ms for that. */
const PACKETS_PER_SECOND = 10;

/** How long to wait for `count` packets and their answers, in s. */
export function deadlineSeconds(count: number): number {
  return DEADLINE_SECONDS + Math.ceil(count / PACKETS_PER_SECOND);
}
