import { join } from 'node:path';
import type { ScriptOutput } from '../checks/check.js';
import { runGuestScript } from '../checks/guest-script.js';
import type { Machine } from '../model/lab.js';
import type { Acceleration } from '../toolchain/types.js';
import { acceleratorsOf, limitMsAt } from './limits.js';
import type { RunningLab } from './running-lab.js';

/** Converts a time limit (ms) for a computer with virtualization to one for this machine. */
export function limitMsOn(running: RunningLab, machine: Machine, limitMs: number): number {
  return limitMsAt(machine, limitMs, acceleratorsOf(running.record.tools));
}

/** The acceleration of a machine. */
export function accelerationOn({ record }: RunningLab, { on }: Machine): Acceleration {
  return on === null ? record.tools.acceleration : record.tools.accelerationInside;
}

/** Runs a rendered script (`path` is relative to the lab's folder) in a machine. `limitMs` is for a computer with virtualization. */
export async function runScriptOn(
  running: RunningLab,
  machine: Machine,
  path: string,
  options: { limitMs: number; signal: AbortSignal; onLine: (line: string) => void },
): Promise<ScriptOutput> {
  const { channels } = running;
  return runGuestScript({
    ...options,
    limitMs: limitMsOn(running, machine, options.limitMs),
    agent: await channels.agent(machine.name, options.signal),
    port: channels.to(machine.name, 'checks'),
    file: join(running.folder.run, path),
  });
}
