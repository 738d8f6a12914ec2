import { silentProgress, type Progress } from './progress.js';

/**
 * What every step of long work needs: where it reports to, where it warns, and when to stop. It is the last parameter of a
 * function that takes it.
 */
export interface Task extends Progress {
  readonly signal: AbortSignal;
}

/** A task that reports to `progress` and stops when `signal` aborts. */
export function taskWith(progress: Progress, signal: AbortSignal): Task {
  return {
    signal,
    step: (title) => progress.step(title),
    warn: (message) => {
      progress.warn(message);
    },
  };
}

/** A task that reports nothing. */
export function silentTask(signal: AbortSignal = new AbortController().signal): Task {
  return { ...silentProgress, signal };
}
