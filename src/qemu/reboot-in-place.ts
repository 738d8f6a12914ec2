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
 * Has a guest reboot within its QEMU, and returns what `back` returns. Any other reboot ends the QEMU of a lab (-no-reboot), because a
 * guest that crashes reboots as well, and that must be noticed. So QEMU is told to reset (set-action of qapi/run-state.json) until the
 * guest is back: SeaBIOS, which finds itself in memory, resets the machine once more before it boots (handle_resume of its
 * src/resume.c). Throws MachineError if QEMU ends, and what `tell` and `back` throw.
 */
export async function rebootInPlace<T>(
  qmp: Qmp,
  { tell, back, limitMs, late }: WantedReboot<T>,
  signal: AbortSignal,
): Promise<T> {
  await qmp.execute('set-action', { reboot: 'reset' });
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
    await qmp.execute('set-action', { reboot: 'shutdown' });
  }
}
