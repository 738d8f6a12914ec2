import { OvertimeError } from '../errors/families.js';
import { withTimeLimit } from '../model/time-limit.js';
import type { Spawned } from '../process/spawned.js';
import type { StartedCommand } from './exec.js';

export interface TimeLimit {
  /** In ms; Infinity: none. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

function overtime(limitMs: number): OvertimeError {
  return new OvertimeError({
    code: 'LAB-EXEC-TIMEOUT',
    message: `the command took longer than ${limitMs / 1000} s, and was ended`,
    hint: 'allow more time with --timeout, or look at what it waits for',
  });
}

/**
 * Starts a command, and works with it until it has ended. If it takes longer than the limit, the way to it included, or the signal aborts,
 * it is ended with all that it has started. Throws OvertimeError, or the signal's reason.
 */
export async function withinTime<T>(
  { limitMs, signal }: TimeLimit,
  start: (limited: AbortSignal) => Promise<StartedCommand>,
  work: (command: Spawned) => Promise<T>,
): Promise<T> {
  return withTimeLimit(limitMs, [signal], async (limited) => {
    let command: StartedCommand | undefined;
    let working: Promise<T> | undefined;
    try {
      command = await start(limited);
      working = work(command);
      return await Promise.race([working, aborted(limited)]);
    } catch (error) {
      if (limited.aborted) await command?.end();
      await working?.catch(() => undefined);
      signal.throwIfAborted();
      throw limited.aborted ? overtime(limitMs) : error;
    } finally {
      await command?.close();
    }
  });
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => {
      reject(new Error('the time is up'));
    };
    signal.addEventListener('abort', fail);
    if (signal.aborted) fail();
  });
}
