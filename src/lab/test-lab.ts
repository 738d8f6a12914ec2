import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckContext, CheckTarget } from '../checks/check.js';
import { runGuestScript } from '../checks/guest-script.js';
import { runPeerScript } from '../checks/peer-script.js';
import type { CheckResult, TestResult } from '../checks/result.js';
import { runChecks, type CheckEnvironment } from '../checks/run-checks.js';
import { UsageError } from '../errors/families.js';
import type { Lab, Machine } from '../model/lab.js';
import type { Progress } from '../model/progress.js';
import { checkTarget } from './artefacts.js';
import { logEvent } from './events.js';
import { scaledLimitMs } from './limits.js';
import type { RunningLab } from './running-lab.js';

export interface TestOptions {
  /** Names of the checks to run; empty: all of the lab. */
  readonly only: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly onResult: (result: CheckResult) => void;
}

/** How much longer than under virtualization the scripts of a check may take on a machine. */
function limitMsOn(running: RunningLab, machine: Machine, limitMs: number): number {
  const { acceleration, accelerationInside } = running.record.tools;
  const outer = scaledLimitMs(limitMs, acceleration.accelerator);
  return machine.on === null ? outer : scaledLimitMs(outer, accelerationInside.accelerator);
}

function environmentOf(running: RunningLab): CheckEnvironment {
  const { channels } = running;
  return {
    context: async (target: CheckTarget, signal): Promise<CheckContext> => {
      const { name } = target.machine;
      const qemu = await running.qemu(name, signal);
      // Open both sessions first: they are open files of QEMU's, and a check may count those.
      await channels.agent(name, signal);
      return {
        target,
        qmp: await channels.qmp(name, signal),
        qemu,
        host: await running.hostOf(name, signal),
        outside: running.namespace,
        peer: (peer) => running.peer(peer),
        signal,
      };
    },
    runScript: async (target, step, options) => {
      const { machine } = target;
      const limits = { ...options, limitMs: limitMsOn(running, machine, options.limitMs) };
      if (step.on !== 'machine') return runPeerScript(running.peer(step.on.peer), step.path, limits);
      return runGuestScript({
        ...limits,
        agent: await channels.agent(machine.name, options.signal),
        port: channels.to(machine.name, 'checks'),
        file: join(running.folder.run, step.path),
      });
    },
  };
}

/** The checks of a lab that a run asks for; `only` empty: all. Throws UsageError for a name that the lab does not have. */
export function selectTargets(lab: Lab, only: readonly string[]): CheckTarget[] {
  const known = [...new Set(lab.checks.map(({ check }) => check))];
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError({
      code: 'LAB-CHECK-UNKNOWN',
      message: `lab ${lab.name} has no check \`${unknown}\``,
      hint:
        known.length === 0 ? 'add it under `checks` in the definition' : `its checks: ${known.join(', ')}`,
    });
  }
  return lab.checks
    .filter(({ check }) => only.length === 0 || only.includes(check))
    .map((request) => checkTarget(lab, request));
}

function keepResult(running: RunningLab, result: TestResult): void {
  const { results } = running.folder;
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, `${result.startedAt.replaceAll(':', '-')}.json`),
    `${JSON.stringify(result, undefined, 2)}\n`,
  );
}

/** Runs the checks of a lab that is up, and keeps the result in its state folder. Throws when aborted. */
export async function testLab(running: RunningLab, options: TestOptions): Promise<TestResult> {
  const started = new Date();
  const targets = selectTargets(running.record.lab, options.only);
  try {
    const checks = await runChecks(targets, environmentOf(running), options);
    const { qemu, kernel, acceleration } = running.record.tools;
    const result: TestResult = {
      lab: running.record.lab.name,
      startedAt: started.toISOString(),
      durationMs: Date.now() - started.getTime(),
      environment: {
        qemu,
        kernel,
        accelerator: acceleration.accelerator,
        accelerationReason: acceleration.reason,
      },
      checks,
    };
    keepResult(running, result);
    logEvent(running.folder.events, 'tested', {
      ok: checks.every(({ ok }) => ok),
      checks: checks.map(({ title, ok }) => ({ title, ok })),
    });
    return result;
  } finally {
    await running.close();
  }
}
