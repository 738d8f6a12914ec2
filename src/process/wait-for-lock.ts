import type { LabError } from '../errors/lab-error.js';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { lockHolder, takeLock, type Lock } from './lock.js';

/** In short turns, as the program that waits outlives this process if it is killed. */
const TURN_MS = 2000;

export interface LockWait {
  /** What this process does while it holds the lock: `fetch the toolchain`. */
  readonly purpose: string;
  /** What the other holder does, for the step that is shown: `fetches the toolchain`. */
  readonly activity: string;
  /** How long to wait for the other holder, in ms. */
  readonly limitMs: number;
  /** The error to throw after that. `holder`: such as `process 4711`. */
  readonly late: (holder: string) => LabError;
}

/** Takes the lock on a file. Shows who holds it while it has to wait. Throws `wait.late`, or the signal's reason. */
export async function waitForLock(file: string, wait: LockWait, task: Task): Promise<Lock> {
  const { purpose } = wait;
  const { signal } = task;
  const free = await takeLock(file, { waitMs: 0, purpose, signal });
  if (free !== undefined) return free;
  const pid = lockHolder(file)?.pid;
  const holder = pid === undefined ? 'another lab command' : `process ${pid}`;
  return withStep(task, `Wait for ${holder}, which ${wait.activity}`, async () => {
    const deadline = Date.now() + wait.limitMs;
    while (Date.now() < deadline) {
      const lock = await takeLock(file, { waitMs: TURN_MS, purpose, signal });
      if (lock !== undefined) return lock;
    }
    throw wait.late(holder);
  });
}
