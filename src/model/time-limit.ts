/**
 * Runs `work` with a signal that aborts after `limitMs` (Infinity: never) or as soon as one of `signals` does. Not AbortSignal.any with
 * AbortSignal.timeout: such a signal may be collected before it fires (nodejs/node issue 57736).
 */
export async function withTimeLimit<T>(
  limitMs: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(signals.find((signal) => signal?.aborted === true)?.reason);
  };
  const timer = limitMs === Infinity ? undefined : setTimeout(abort, limitMs);
  for (const signal of signals) signal?.addEventListener('abort', abort);
  if (signals.some((signal) => signal?.aborted === true)) abort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal?.removeEventListener('abort', abort);
  }
}
