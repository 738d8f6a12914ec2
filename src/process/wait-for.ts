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
  /** Between the first two, if that is less; each pause then is twice as long as the one before it. */
  readonly firstMs?: number;
  /** In ms, from the first question on; Infinity for no limit. */
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

/** Resolves after so many ms, or as soon as `signal` aborts. An idle pause does not keep this process from ending. */
export async function pause(ms: number, signal: AbortSignal, { idle } = { idle: false }): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (idle) timer.unref();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

const systemClock: Clock = { now: () => Date.now(), sleep: pause };

/** For waits that may still go on when this process has nothing else to do. */
export const idleClock: Clock = {
  ...systemClock,
  sleep: async (ms, signal) => pause(ms, signal, { idle: true }),
};

/** What the other side of a closed connection needs until it is seen to have ended, in ms. */
const NEVER_GRACE_MS = 500;

async function untilAnswered<T>(
  requirement: Requirement<T>,
  deadline: number,
  limited: AbortSignal,
  clock: Clock,
): Promise<T | undefined> {
  const { ask, everyMs, firstMs = everyMs } = requirement;
  for (let pauseMs = firstMs; ; pauseMs = Math.min(2 * pauseMs, everyMs)) {
    const answer = await ask(limited);
    if (answer !== undefined) return answer;
    if (limited.aborted || clock.now() >= deadline) return undefined;
    await clock.sleep(pauseMs, limited);
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

/** Like waitFor, and returns undefined when the time is up. Without a signal nothing ends the wait before that. */
export async function waitBriefly<T>(
  requirement: Omit<Requirement<T>, 'late' | 'never'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<T | undefined> {
  const late = new Error('the time is up');
  try {
    return await waitFor({ ...requirement, late: () => late }, signal);
  } catch (error) {
    if (error === late) return undefined;
    throw error;
  }
}
