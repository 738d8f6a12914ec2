import { withTimeLimit } from '../model/time-limit.js';

/** Something that is awaited: how it is asked for, how long, and what to say if it does not come. */
export interface Requirement<T> {
  /**
   * Asks once; undefined means not yet. The signal aborts when the time is up, so one long question may use all of it.
   * What it throws ends the wait, unless the time is up.
   */
  readonly ask: (signal: AbortSignal) => Promise<T | undefined>;
  /** Between two questions, in ms. */
  readonly everyMs: number;
  /** In ms, from the first question on. */
  readonly limitMs: number;
  /** The error to throw when it has not come in time. `cause`: what the last question threw, if it threw. */
  readonly late: (cause: unknown) => Error;
  /** Resolves with an error when it cannot come any more: the program that was to answer has ended. */
  readonly never?: Promise<Error>;
}

/** Tells the time in ms, and waits; the tests have one of their own. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    }),
};

/** What the other side of a closed connection needs until it is seen to have ended, in ms. */
const NEVER_GRACE_MS = 500;

async function untilAnswered<T>(
  requirement: Requirement<T>,
  deadline: number,
  limited: AbortSignal,
  clock: Clock,
): Promise<T | undefined> {
  for (;;) {
    const answer = await requirement.ask(limited);
    if (answer !== undefined) return answer;
    if (limited.aborted || clock.now() >= deadline) return undefined;
    await clock.sleep(requirement.everyMs, limited);
  }
}

/**
 * Waits until a requirement is met, and returns the answer. Throws the signal's reason when aborted, the error of `never` when
 * that comes first, that of `late` when the time is up, and otherwise what the question throws.
 */
export async function waitFor<T>(
  requirement: Requirement<T>,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<T> {
  const { limitMs, late, never } = requirement;
  const hopeless = new AbortController();
  let reason: Error | undefined;
  void never?.then((error) => {
    reason = error;
    hopeless.abort(error);
  });
  const deadline = clock.now() + limitMs;
  let cause: Error | undefined;
  const time = { isUp: false };
  try {
    const answer = await withTimeLimit(limitMs, [signal, hopeless.signal], async (limited) => {
      limited.addEventListener('abort', () => {
        time.isUp = true;
      });
      return untilAnswered(requirement, deadline, limited, clock);
    });
    if (answer !== undefined) return answer;
  } catch (error) {
    cause = error instanceof Error ? error : new Error(String(error));
  }
  signal.throwIfAborted();
  // A connection closes a moment before the program behind it is seen to have ended.
  if (cause !== undefined && reason === undefined && never !== undefined)
    await Promise.race([never, clock.sleep(NEVER_GRACE_MS, signal)]);
  if (reason !== undefined) throw reason;
  if (cause !== undefined && !time.isUp) throw cause;
  throw late(cause);
}
