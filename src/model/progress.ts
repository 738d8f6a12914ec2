/** How long work tells of itself; a terminal and a log show it differently, the worker does not care. */
export interface Progress {
  /** A step begins; `done` or `failed` ends it. Steps follow each other, they are not nested. */
  step(title: string): ProgressStep;
  /** Something worth a line that is not a step: a warning. */
  warn(message: string): void;
}

export interface ProgressStep {
  /** What is going on within the step right now. */
  update(detail: string): void;
  /** `note`: why, or the outcome, in a few words. */
  done(note?: string): void;
  failed(): void;
}

export const silentProgress: Progress = {
  step: () => ({ update: () => undefined, done: () => undefined, failed: () => undefined }),
  warn: () => undefined,
};

/** Runs `work` as one step of `progress`. */
export async function withStep<T>(
  progress: Progress,
  title: string,
  work: (step: ProgressStep) => Promise<T>,
): Promise<T> {
  const step = progress.step(title);
  try {
    const result = await work(step);
    step.done();
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
}
