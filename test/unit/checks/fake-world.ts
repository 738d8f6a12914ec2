import {
  assertion,
  type CheckContext,
  type ScriptOutput,
  type ScriptPlace,
} from '../../../src/checks/check.js';
import { runChecks, type CheckEnvironment } from '../../../src/checks/run-checks.js';
import type { CheckResult } from '../../../src/checks/result.js';
import { checkTarget } from '../../../src/lab/check-target.js';
import type { LinkBytes } from '../../../src/checks/link-counters.js';
import type { Host } from '../../../src/hosts/host.js';
import type { Lab } from '../../../src/model/lab.js';
import { silentTask } from '../../../src/model/task.js';

/** What a script says that has nothing to complain about. */
export const fine: ScriptOutput = { assertions: [assertion(true, 'it is so')], remarks: [], data: [] };

/** What a script says that sends this YAML block. */
export function saying(block: unknown): ScriptOutput {
  return { ...fine, data: [block] };
}

export interface FakeWorld {
  /** What each script says, by its path. */
  readonly script: (path: string, on: string) => ScriptOutput | Promise<ScriptOutput>;
  /** What of the running lab the checks look at. */
  readonly context?: Partial<CheckContext>;
  readonly signal?: AbortSignal;
}

/** Runs all checks of a lab in a world that is not there. */
export async function runIn(lab: Lab, { script, context, signal }: FakeWorld): Promise<CheckResult[]> {
  const environment: CheckEnvironment = {
    context: async (target, task) =>
      Promise.resolve({ ...context, target, signal: task.signal } as CheckContext),
    runScript: async (_, { on, path }) => script(path, placeOf(on)),
  };
  return runChecks(
    lab.checks.map((request) => checkTarget(lab, request)),
    environment,
    () => undefined,
    silentTask(signal),
  );
}

function placeOf(on: ScriptPlace): string {
  if (on === 'machine') return on;
  return 'peer' in on ? on.peer : on.machine;
}

/** What failed, by its title. */
export function failedIn(results: readonly CheckResult[]): string[] {
  return results.flatMap(({ assertions }) => assertions.filter(({ ok }) => !ok).map(({ title }) => title));
}

/** A host whose commands are answered by their words. */
export function fakeHost(answer: (command: string) => string): Host {
  return {
    description: 'a host',
    putFile: async () => Promise.resolve(),
    run: async (argv) => Promise.resolve({ exitCode: 0, stdout: answer(argv.join(' ')), stderr: '' }),
  };
}

/** What ip(8) says of interfaces that have counted so much. */
export function linksOf(counters: Readonly<Record<string, LinkBytes>>): string {
  return JSON.stringify(
    Object.entries(counters).map(([ifname, { rx, tx }]) => ({
      ifname,
      stats64: { rx: { bytes: rx }, tx: { bytes: tx } },
    })),
  );
}
