import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckContext, CheckTarget } from '../checks/check.js';
import { runGuestScript } from '../checks/guest-script.js';
import { runPeerScript } from '../checks/peer-script.js';
import type { CheckResult, TestResult } from '../checks/result.js';
import { runChecks, type CheckEnvironment } from '../checks/run-checks.js';
import { UsageError } from '../errors/families.js';
import type { Lab } from '../model/lab.js';
import type { Progress } from '../model/progress.js';
import type { GuestAgent } from '../qemu/guest-agent.js';
import type { Qmp } from '../qemu/qmp.js';
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

/** The sessions with the machines that the checks of one run share. */
class Sessions {
  readonly #agents = new Map<string, Promise<GuestAgent>>();
  readonly #monitors = new Map<string, Promise<Qmp>>();

  constructor(
    private readonly running: RunningLab,
    private readonly signal: AbortSignal,
  ) {}

  async agent(machine: string): Promise<GuestAgent> {
    const opening = this.#agents.get(machine) ?? this.running.openAgent(machine, this.signal);
    this.#agents.set(machine, opening);
    return opening;
  }

  async qmp(machine: string): Promise<Qmp> {
    const opening = this.#monitors.get(machine) ?? this.running.openQmp(machine, this.signal);
    this.#monitors.set(machine, opening);
    return opening;
  }

  async close(): Promise<void> {
    for (const opening of [...this.#agents.values(), ...this.#monitors.values()])
      (await opening.catch(() => undefined))?.close();
  }
}

function environmentOf(running: RunningLab, sessions: Sessions): CheckEnvironment {
  const { accelerator } = running.record.tools.acceleration;
  return {
    context: async (target: CheckTarget, signal): Promise<CheckContext> => {
      // Open both sessions first: they are open files of QEMU's, and a check may count those.
      await sessions.agent(target.machine.name);
      return {
        target,
        qmp: await sessions.qmp(target.machine.name),
        qemu: running.qemu(target.machine.name),
        namespace: running.namespace,
        peer: (name) => running.peer(name),
        signal,
      };
    },
    runScript: async (target, step, options) => {
      const limits = { ...options, limitMs: scaledLimitMs(options.limitMs, accelerator) };
      if (step.on !== 'machine') return runPeerScript(running.peer(step.on.peer), step.path, limits);
      const { name } = target.machine;
      return runGuestScript({
        ...limits,
        agent: await sessions.agent(name),
        port: running.socket(name, 'checks'),
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
  const sessions = new Sessions(running, options.signal);
  try {
    const checks = await runChecks(targets, environmentOf(running, sessions), options);
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
    await sessions.close();
  }
}
