import type { Machine } from '../model/lab.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import { rebootInPlace, type RebootAction } from '../qemu/reboot-in-place.js';
import { bootError } from './boot-error.js';
import { consoleLog, lengthOfLog } from './console-text.js';
import { logEvent } from './events.js';
import { acceleratorsOf, bootLimitMs } from './limits.js';
import { limitMsOn } from './run-script.js';
import type { RunningLab } from './running-lab.js';
import { settleDevices } from './settle-devices.js';
import { forgetStreams } from './streams-mark.js';

/** What systemd gives a service that does not end, and half a minute for all others. */
const SHUTDOWN_LIMIT_MS = 120_000;

function inSeconds(ms: number): string {
  return `within ${Math.round(ms / 1000)} s`;
}

/** The agent of a guest that has begun anew, once it answers. */
async function nextAgent(
  running: RunningLab,
  machine: Machine,
  begins: number,
  signal: AbortSignal,
): Promise<GuestAgent> {
  const { channels, record } = running;
  const limitMs = bootLimitMs(machine, acceleratorsOf(record.tools));
  await channels.forgetAgent(machine.name);
  try {
    return await channels.agent(machine.name, signal, { limitMs });
  } catch (error) {
    signal.throwIfAborted();
    throw bootError(
      running.folder,
      machine.name,
      `was not up again ${inSeconds(limitMs)} after its reboot`,
      begins,
      error,
    );
  }
}

/** systemd's, or that of busybox: it ends what runs, and then the kernel resets the machine. */
const REBOOT = 'command -v systemctl >/dev/null && exec systemctl reboot; exec reboot';

export interface RebootOptions {
  /** Resets the machine at once, as its reset button does, without asking the guest. */
  readonly hard?: boolean;
}

/** What QEMU does when a guest reboots by itself: one with a disk begins anew with what is on it, and another would lose all it has. */
export function rebootActionOf({ disk }: Machine): RebootAction {
  return disk ? 'reset' : 'shutdown';
}

/**
 * Reboots the guest of a machine, within the QEMU that runs, and returns when the guest answers again and has loaded the drivers of its
 * devices. Throws MachineError if it does not come back, or QEMU ends.
 */
export async function rebootMachine(
  running: RunningLab,
  machine: Machine,
  signal: AbortSignal,
  { hard = false }: RebootOptions = {},
): Promise<void> {
  const { channels, folder } = running;
  const { name } = machine;
  const started = Date.now();
  const begins = lengthOfLog(consoleLog(folder, name));
  const qmp = await channels.qmp(name, signal);
  const ask = async (): Promise<unknown> =>
    (await channels.agent(name, signal)).start(['/bin/sh', '-c', REBOOT]);
  const limitMs = limitMsOn(running, machine, SHUTDOWN_LIMIT_MS);
  const reboot = {
    tell: hard ? async () => qmp.execute('system_reset') : ask,
    back: async () => nextAgent(running, machine, begins, signal),
    limitMs,
    late: () => bootError(folder, name, `did not shut down for its reboot ${inSeconds(limitMs)}`, 0),
    afterwards: rebootActionOf(machine),
  };
  const agent = await rebootInPlace(qmp, reboot, signal);
  forgetStreams(folder, name);
  await settleDevices(agent, signal);
  logEvent(folder.events, 'machine-rebooted', { machine: name, hard, ms: Date.now() - started });
}
