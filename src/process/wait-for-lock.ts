import type { LabError } from '../errors/lab-error.js';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { identify } from './identity.js';
import { lockHolder, takeLock, type Lock, type LockHolder } from './lock.js';
import { waitBriefly, waitFor } from './wait-for.js';

/** In short turns, as the program that waits outlives this process if it is killed. */
const TURN_MS = 2000;
const HOLDER_LIMIT_MS = 500;
const HOLDER_POLL_MS = 20;

export interface LockWait {
  /** What this process does while it holds the lock: `fetch the toolchain`. */
  readonly purpose: string;
  /** What to call the other holder; by default `process 4711`. */
  readonly nameOf?: (holder: LockHolder) => string;
  /** What the other holder does, for the step that is shown: `fetches the toolchain`. */
  readonly activity: string;
  /** How long to wait for the other holder, in ms. 0: not at all. */
  readonly limitMs: number;
  /** The error to throw after that. `holder`: its name; `file`: the lock. */
  readonly late: (holder: string, file: string) => LabError;
}

/** Takes the lock on a file. Shows who holds it while it has to wait. Throws `wait.late`, or the signal's reason. */
export async function waitForLock(file: string, wait: LockWait, task: Task): Promise<Lock> {
  const { purpose, activity, limitMs, late, nameOf = ({ pid }) => `process ${pid}` } = wait;
  const free = await takeLock(file, { waitMs: 0, purpose, signal: task.signal });
  if (free !== undefined) return free;
  const found = await holderOf(file, task.signal);
  const holder = found === undefined ? 'another lab command' : nameOf(found);
  if (limitMs === 0) throw late(holder, file);
  const released = {
    ask: async (signal: AbortSignal) => takeLock(file, { waitMs: TURN_MS, purpose, signal }),
    everyMs: 0,
    limitMs,
    late: () => late(holder, file),
  };
  return withStep(task, `Wait for ${holder}, which ${activity}`, async () => waitFor(released, task.signal));
}

/** Whoever takes the lock says so a moment after; what is written there before may be of one that has ended. */
async function holderOf(file: string, signal: AbortSignal): Promise<LockHolder | undefined> {
  const ask = async (): Promise<LockHolder | undefined> => {
    const holder = lockHolder(file);
    return Promise.resolve(holder !== undefined && identify(holder.pid) !== undefined ? holder : undefined);
  };
  return waitBriefly({ ask, everyMs: HOLDER_POLL_MS, limitMs: HOLDER_LIMIT_MS }, signal);
}
