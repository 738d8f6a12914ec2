import type { Machine } from '../model/lab.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import { rebootInPlace } from '../qemu/reboot-in-place.js';
import { bootError } from './boot-error.js';
import { consoleLog, lengthOfLog } from './console-text.js';
import { logEvent } from './events.js';
import { acceleratorsOf, bootLimitMs } from './limits.js';
import { limitMsOn } from './run-script.js';
import type { RunningLab } from './running-lab.js';
import { settleDevices } from './settle-devices.js';

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

/**
 * Has systemd reboot the guest of a machine, within the QEMU that runs, and returns when the guest answers again and has loaded the drivers
 * of its devices. Throws MachineError if it does not come back, or QEMU ends.
 */
export async function rebootMachine(
  running: RunningLab,
  machine: Machine,
  signal: AbortSignal,
): Promise<void> {
  const { channels, folder } = running;
  const { name } = machine;
  const started = Date.now();
  const begins = lengthOfLog(consoleLog(folder, name));
  const agent = await channels.agent(name, signal);
  const limitMs = limitMsOn(running, machine, SHUTDOWN_LIMIT_MS);
  const reboot = {
    tell: async () => agent.start(['systemctl', 'reboot']),
    back: async () => nextAgent(running, machine, begins, signal),
    limitMs,
    late: () => bootError(folder, name, `did not shut down for its reboot ${inSeconds(limitMs)}`, 0),
  };
  await settleDevices(await rebootInPlace(await channels.qmp(name, signal), reboot, signal), signal);
  logEvent(folder.events, 'machine-rebooted', { machine: name, ms: Date.now() - started });
}
