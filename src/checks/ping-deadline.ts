const DEADLINE_SECONDS = 5;
/** Each packet follows the answer to the one before; emulation nested in emulation needs 100 ms for that. */
const PACKETS_PER_SECOND = 10;

/** When to give up on `count` packets, in s. */
export function deadlineSeconds(count: number): number {
  return DEADLINE_SECONDS + Math.ceil(count / PACKETS_PER_SECOND);
}
