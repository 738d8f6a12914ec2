import type { CheckContext, CheckTarget } from '../checks/check.js';
import type { CheckResult } from '../checks/result.js';
import { runChecks, type CheckEnvironment } from '../checks/run-checks.js';
import { UsageError } from '../errors/families.js';
import type { Lab } from '../model/lab.js';
import { didYouMean } from '../model/nearest.js';
import type { Task } from '../model/task.js';
import { checkTarget } from './check-target.js';
import { observeCircumstances } from './circumstances.js';
import { logEvent } from './events.js';
import type { ReadLab } from '../definition/read-lab.js';
import { runHead, type TestResult } from '../results/run.js';
import { keepResult } from './keep-result.js';
import { rebootMachine } from './reboot-machine.js';
import { runScriptAt } from './run-script.js';
import { instanceOf } from './record.js';
import type { RunningLab } from './running-lab.js';

export interface TestOptions {
  /** Names of the checks to run; if empty, all checks of the lab. */
  readonly only: readonly string[];
  readonly onResult: (result: CheckResult) => void;
}

/** How checks reach a lab that is up. */
export function environmentOf(running: RunningLab): CheckEnvironment {
  const { channels } = running;
  return {
    context: async (target: CheckTarget, { signal }): Promise<CheckContext> => {
      const { name } = target.machine;
      const qemu = await running.qemu(name, signal);
      // Open both sessions first: QEMU has a file open for each, and a check may count open files.
      await channels.agent(name, signal);
      return {
        target,
        qmp: await channels.qmp(name, signal),
        qemu,
        host: await running.hostOf(name, signal),
        outside: running.namespace,
        peer: (peer) => running.peer(peer),
        reboot: async () => rebootMachine(running, target.machine, signal),
        signal,
      };
    },
    runScript: async ({ machine }, script, options, { signal }) =>
      runScriptAt(running, machine, script, { ...options, signal }),
  };
}

/** The selected checks of a lab; if `only` is empty, all of them. Throws UsageError for a name that the lab does not have. */
export function selectTargets(lab: Lab, only: readonly string[]): CheckTarget[] {
  const known = [...new Set(lab.checks.map(({ check }) => check))];
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError({
      code: 'LAB-CHECK-UNKNOWN',
      message: `lab ${lab.name} has no check \`${unknown}\``,
      hint:
        known.length === 0
          ? 'add it under `checks` in the definition'
          : didYouMean(unknown, known, `its checks: ${known.join(', ')}`),
    });
  }
  return lab.checks
    .filter(({ check }) => only.length === 0 || only.includes(check))
    .map((request) => checkTarget(lab, request));
}

/** Runs the checks of a lab that is up, and keeps the result in its state folder. Throws when aborted. */
export async function testLab(
  running: RunningLab,
  read: ReadLab,
  options: TestOptions,
  task: Task,
): Promise<TestResult> {
  const started = new Date();
  const circumstances = observeCircumstances();
  const { lab, tools } = running.record;
  const targets = selectTargets(lab, options.only);
  const checks = await runChecks(targets, environmentOf(running), options.onResult, task);
  const result: TestResult = {
    ...runHead('test', lab.name, started, instanceOf(running.folder.id)),
    durationMs: Date.now() - started.getTime(),
    circumstances: circumstances(tools, lab),
    checks,
  };
  keepResult(running.folder, result, { ...read, lab });
  logEvent(running.folder.events, 'tested', {
    ok: checks.every(({ ok }) => ok),
    checks: checks.map(({ title, ok }) => ({ title, ok })),
  });
  return result;
}
