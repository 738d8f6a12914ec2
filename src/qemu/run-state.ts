import { withTimeLimit } from '../model/time-limit.js';
import { Qmp } from './qmp.js';
import type { Connect } from './unix-socket.js';

/** QEMU serves one client of its monitor at a time, and this question must not wait for the other to be done. */
const ANSWER_LIMIT_MS = 1000;

/** What query-status returns (StatusInfo of QEMU's qapi/run-state.json), as far as it is looked at. */
interface StatusInfo {
  readonly running: boolean;
  readonly status: string;
}

/** States in which a guest stands still until it is told to go on. QEMU itself pauses one whose disk is full (`io-error`). */
const PAUSED = ['paused', 'debug', 'io-error'];

/** Whether the guest of a QEMU is paused. False also if QEMU does not say within a second, as it serves another client. */
export async function isPaused(connect: Connect): Promise<boolean> {
  try {
    return await withTimeLimit(ANSWER_LIMIT_MS, [], async (signal) => {
      const qmp = await Qmp.open(connect, signal);
      try {
        const { running, status } = (await qmp.execute('query-status')) as StatusInfo;
        return !running && PAUSED.includes(status);
      } finally {
        qmp.close();
      }
    });
  } catch {
    return false;
  }
}
