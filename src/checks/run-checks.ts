import type { ProgressStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { withTimeLimit } from '../model/time-limit.js';
import {
  allOf,
  failuresOf,
  notSeen,
  type Assertion,
  type Check,
  type CheckContext,
  type CheckTarget,
  type ScriptOutput,
  type ScriptPlace,
  type World,
} from './check.js';
import { progressText } from './progress-text.js';
import type { CheckResult } from './result.js';
import { findCheck } from './runs.js';

/** Gives checks access to a lab: runs scripts, and provides what a check may use of its target. */
export interface CheckEnvironment {
  context(target: CheckTarget, task: Task): Promise<CheckContext>;
  /** Runs a rendered script. `limitMs` is for a computer with virtualization; under emulation it is extended. */
  runScript(
    target: CheckTarget,
    script: { readonly on: ScriptPlace; readonly path: string },
    options: { readonly limitMs: number; readonly onLine: (line: string) => void },
    task: Task,
  ): Promise<ScriptOutput>;
}

interface BegunCheck {
  readonly target: CheckTarget;
  readonly title: string;
  readonly check: Check;
  readonly world: World;
  /** The result of its `before`. */
  readonly before: unknown;
}

/** The check's name, and what distinguishes it from others of that name: its machine and NIC, and the chosen parameters. */
function titleOf(target: CheckTarget, all: readonly CheckTarget[]): string {
  const { check, on } = target.request;
  const others = all.filter((other) => other !== target && other.request.check === check);
  const isElsewhere = ({ request }: CheckTarget): boolean =>
    request.on?.machine !== on?.machine || request.on?.nic !== on?.nic;
  const words = [
    ...(on !== null && others.some(isElsewhere) ? [on.machine, on.nic] : []),
    ...Object.entries(target.request.choices)
      .filter(([key, value]) => others.some(({ request }) => request.choices[key] !== value))
      .map(([, value]) => value),
  ];
  return words.length === 0 ? check : `${check} (${words.join(' ')})`;
}

/** A script could not be run at all, which ends the whole run. A problem inside a script is a finding instead. */
class ScriptNotRun extends Error {
  constructor(override readonly cause: unknown) {
    super('a script could not be run');
  }
}

/** Where the output of a check's scripts is shown while they run. */
interface Display {
  step: ProgressStep | undefined;
}

/** How long an interrupted run may take to put the machine in order, in ms. */
const TAKE_BACK_LIMIT_MS = 10_000;

async function worldOf(
  target: CheckTarget,
  check: Check,
  environment: CheckEnvironment,
  shared: Map<string, Promise<ScriptOutput>>,
  display: Display,
  task: Task,
): Promise<World> {
  const limitMs = check.scriptLimitMs(target);
  const run = async (path: string, on: ScriptPlace = 'machine'): Promise<ScriptOutput> => {
    task.signal.throwIfAborted();
    const onLine = (line: string): void => {
      display.step?.update(progressText(line));
    };
    try {
      return await environment.runScript(target, { on, path }, { limitMs, onLine }, task);
    } catch (error) {
      throw new ScriptNotRun(error);
    }
  };
  const context = await environment.context(target, task);
  return {
    ...context,
    reboot: async () => {
      display.step?.update(`${target.machine.name} reboots`);
      await context.reboot();
    },
    run,
    runOnce: async (path) => {
      const running = shared.get(path) ?? run(path);
      shared.set(path, running);
      return running;
    },
    script: async function* (path, on) {
      yield* allOf(await run(path, on));
    },
    takeBack: async function* (path) {
      if (!task.signal.aborted) {
        yield* failuresOf(await run(path));
        return;
      }
      const options = { limitMs: TAKE_BACK_LIMIT_MS, onLine: () => undefined };
      await withTimeLimit(TAKE_BACK_LIMIT_MS, [], async (signal) =>
        environment.runScript(target, { on: 'machine', path }, options, { ...task, signal }),
      ).catch(() => undefined); // Nobody waits for a verdict any more.
    },
  };
}

interface Found {
  readonly assertions: Assertion[];
  readonly remarks: string[];
}

/** Collects what a check yields. An error that it throws becomes one more failed assertion. */
async function collect({ check, world, before }: BegunCheck): Promise<Found> {
  const found: Found = { assertions: [], remarks: [] };
  try {
    for await (const finding of check.run(world, before)) {
      if ('remark' in finding) found.remarks.push(finding.remark);
      else found.assertions.push(finding);
      world.signal.throwIfAborted();
    }
  } catch (error) {
    if (error instanceof ScriptNotRun) throw error.cause;
    world.signal.throwIfAborted();
    found.assertions.push(notSeen(error));
  }
  return found;
}

async function runCheck(begun: BegunCheck, display: Display, task: Task): Promise<CheckResult> {
  const started = Date.now();
  const step = task.step(begun.title);
  display.step = step;
  const { assertions, remarks } = await collect(begun);
  const ok = assertions.length > 0 && failuresOf({ assertions }).length === 0;
  if (ok) step.done();
  else step.failed();
  const { check, on } = begun.target.request;
  return {
    title: begun.title,
    check,
    machine: on?.machine ?? '',
    nic: on?.nic ?? '',
    ok,
    assertions,
    remarks,
    durationMs: Date.now() - started,
  };
}

/**
 * Runs the checks one after the other, in the order of the definition. Before that, `before` of each check runs, so that it sees the
 * lab untouched. `onResult` is called as soon as a check is done. Throws when the task is aborted.
 */
export async function runChecks(
  targets: readonly CheckTarget[],
  environment: CheckEnvironment,
  onResult: (result: CheckResult) => void,
  task: Task,
): Promise<CheckResult[]> {
  const shared = new Map<string, Promise<ScriptOutput>>();
  const display: Display = { step: undefined };
  const begun: BegunCheck[] = [];
  for (const target of targets) {
    const check = findCheck(target.request.check);
    const world = await worldOf(target, check, environment, shared, display, task);
    const before = await check.before?.(world);
    begun.push({ target, title: titleOf(target, targets), check, world, before });
  }
  const results: CheckResult[] = [];
  for (const check of begun) {
    task.signal.throwIfAborted();
    const result = await runCheck(check, display, task);
    results.push(result);
    onResult(result);
  }
  return results;
}
