import { waitFor } from '../process/wait-for.js';
import type { Qmp } from './qmp.js';

const POLL_MS = 200;

export interface WantedReboot<T> {
  /** Tells the guest to reboot. */
  readonly tell: () => Promise<unknown>;
  /** Waits until the guest is up again. */
  readonly back: () => Promise<T>;
  /** How long the guest may take to shut down, in ms. */
  readonly limitMs: number;
  /** The error to throw if it takes longer. */
  readonly late: () => Error;
  /** What QEMU does when the guest reboots by itself after this one (set-action of qapi/run-state.json). */
  readonly afterwards: RebootAction;
}

/** `reset`: the guest begins anew. `shutdown`: QEMU ends. */
export type RebootAction = 'reset' | 'shutdown';

/** Tells QEMU what to do when the guest reboots. */
export async function setRebootAction(qmp: Qmp, reboot: RebootAction): Promise<void> {
  await qmp.execute('set-action', { reboot });
}

/** Rejections only: what resolves tells nothing about the reboot. */
async function failureOf(work: Promise<unknown>): Promise<Error> {
  return new Promise((resolve) => {
    work.catch((error: unknown) => {
      resolve(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/**
 * Has a guest reboot within its QEMU, and returns what `back` returns. QEMU starts with -no-reboot, because a guest that crashes as it boots
 * reboots as well, and that must be noticed. So QEMU is told to reset until the guest is back: SeaBIOS, which finds itself in memory,
 * resets the machine once more before it boots (handle_resume of its src/resume.c). Throws MachineError if QEMU ends, and what `tell` and
 * `back` throw.
 */
export async function rebootInPlace<T>(
  qmp: Qmp,
  { tell, back, limitMs, late, afterwards }: WantedReboot<T>,
  signal: AbortSignal,
): Promise<T> {
  await setRebootAction(qmp, 'reset');
  try {
    const seen = qmp.events.length;
    const ask = async (): Promise<true | undefined> => {
      // It fails as soon as QEMU has ended.
      await qmp.execute('query-status');
      return qmp.events.slice(seen).some(({ event }) => event === 'RESET') ? true : undefined;
    };
    await waitFor({ ask, everyMs: POLL_MS, limitMs, late, never: failureOf(tell()) }, signal);
    return await back();
  } finally {
    await setRebootAction(qmp, afterwards);
  }
}
