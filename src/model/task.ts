import { silentProgress, withStep, type Progress } from './progress.js';

/**
 * What every step of long work needs: where it reports to, where it warns, and when to stop. It is the last parameter of a
 * function that takes it.
 */
export interface Task extends Progress {
  readonly signal: AbortSignal;
  /** Says what is going on within the current step; outside a step nobody sees it. */
  detail(text: string): void;
}

/** A task that reports to `progress` and stops when `signal` aborts. */
export function taskWith(progress: Progress, signal: AbortSignal): Task {
  return {
    signal,
    step: (title) => progress.step(title),
    detail: () => undefined,
    warn: (message) => {
      progress.warn(message);
    },
  };
}

/** Runs `work` as one step of a task. What `work` gets is the task whose details show in that step. */
export async function inStep<T>(task: Task, title: string, work: (task: Task) => Promise<T>): Promise<T> {
  return withStep(task, title, async (step) =>
    work({
      ...taskWith(task, task.signal),
      detail: (text) => {
        step.update(text);
      },
    }),
  );
}

/** A task that reports nothing. */
export function silentTask(signal: AbortSignal = new AbortController().signal): Task {
  return taskWith(silentProgress, signal);
}
