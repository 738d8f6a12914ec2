import { join } from 'node:path';
import type { ScriptOutput, ScriptPlace } from '../checks/check.js';
import { runGuestScript } from '../checks/guest-script.js';
import { runPeerScript } from '../checks/peer-script.js';
import { findByName, type Machine } from '../model/lab.js';
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

interface ScriptOptions {
  /** For a computer with virtualization. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Runs a rendered script (`path` is relative to the lab's folder) in a machine. */
async function runScriptIn(
  running: RunningLab,
  machine: Machine,
  path: string,
  options: ScriptOptions,
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

/**
 * Runs a rendered script where it belongs. `machine`: the one that it is about, which its time limit depends on wherever it runs.
 */
export async function runScriptAt(
  running: RunningLab,
  machine: Machine,
  { on, path }: { readonly on: ScriptPlace; readonly path: string },
  options: ScriptOptions,
): Promise<ScriptOutput> {
  if (on === 'machine') return runScriptIn(running, machine, path, options);
  if ('machine' in on)
    return runScriptIn(running, findByName(running.record.lab.machines, on.machine), path, options);
  const limitMs = limitMsOn(running, machine, options.limitMs);
  return runPeerScript(running.peer(on.peer), path, { ...options, limitMs });
}
