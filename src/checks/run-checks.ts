import type { Progress, ProgressStep } from '../model/progress.js';
import { findCheck } from './catalog.js';
import {
  assertion,
  failuresOf,
  findings,
  type CheckContext,
  type CheckRun,
  type CheckStep,
  type CheckTarget,
  type Findings,
  type ScriptStep,
} from './check.js';
import type { CheckResult } from './result.js';

/** Where scripts run, and what a check is told of its target. */
export interface CheckEnvironment {
  context(target: CheckTarget, signal: AbortSignal): Promise<CheckContext>;
  /** `limitMs` counts for a computer with virtualization; emulation gets more. */
  runScript(
    target: CheckTarget,
    step: ScriptStep,
    options: { limitMs: number; signal: AbortSignal; onLine: (line: string) => void },
  ): Promise<Findings>;
}

interface BegunCheck {
  readonly target: CheckTarget;
  readonly title: string;
  readonly run: CheckRun;
}

/** What tells a check from the others of its name: where it looks, and what was chosen. */
function titleOf(target: CheckTarget, all: readonly CheckTarget[]): string {
  const { check, machine, nic } = target.request;
  const others = all.filter((other) => other !== target && other.request.check === check);
  const words = [
    ...(others.some(({ request }) => request.machine !== machine || request.nic !== nic)
      ? [machine, nic]
      : []),
    ...Object.entries(target.request.choices)
      .filter(([key, value]) => others.some(({ request }) => request.choices[key] !== value))
      .map(([, value]) => value),
  ];
  return words.length === 0 ? check : `${check} (${words.join(' ')})`;
}

/** The results of scripts that checks share, by the script's path. */
type SharedFindings = Map<string, Promise<Findings>>;

async function runStep(
  step: CheckStep,
  check: BegunCheck,
  environment: CheckEnvironment,
  shared: SharedFindings,
  progress: ProgressStep,
  signal: AbortSignal,
): Promise<Findings> {
  signal.throwIfAborted();
  if (step.type === 'look') {
    try {
      return await step.look();
    } catch (error) {
      signal.throwIfAborted();
      return findings([
        assertion(
          false,
          'the look from outside could be taken',
          error instanceof Error ? error.message : String(error),
        ),
      ]);
    }
  }
  const start = async (): Promise<Findings> =>
    environment.runScript(check.target, step, {
      limitMs: check.run.scriptLimitMs,
      signal,
      onLine: (line) => {
        progress.update(line);
      },
    });
  const running = (step.shared === true ? shared.get(step.path) : undefined) ?? start();
  if (step.shared === true) shared.set(step.path, running);
  const found = await running;
  return step.use === undefined ? found : step.use(found);
}

async function runCheck(
  check: BegunCheck,
  environment: CheckEnvironment,
  shared: SharedFindings,
  progress: Progress,
  signal: AbortSignal,
): Promise<CheckResult> {
  const started = Date.now();
  const step = progress.step(check.title);
  const all: Findings[] = [];
  try {
    for (const part of check.run.steps)
      all.push(await runStep(part, check, environment, shared, step, signal));
  } finally {
    if (check.run.cleanUp !== undefined && !signal.aborted) {
      const cleaned = await runStep(check.run.cleanUp, check, environment, shared, step, signal);
      all.push(findings(failuresOf(cleaned)));
    }
  }
  const assertions = all.flatMap((found) => found.assertions);
  const ok = assertions.length > 0 && assertions.every((one) => one.ok);
  const { check: name, machine, nic } = check.target.request;
  if (ok) step.done();
  else step.failed();
  return {
    title: check.title,
    check: name,
    machine,
    nic,
    ok,
    assertions,
    remarks: all.flatMap((found) => found.remarks).filter((remark) => !remark.startsWith('counter ')),
    durationMs: Date.now() - started,
  };
}

/**
 * Runs the checks one after the other, in the order of the definition. Each has its first look before any of them touches
 * anything. `onResult` is called as soon as a check is done. Throws when `signal` aborts.
 */
export async function runChecks(
  targets: readonly CheckTarget[],
  environment: CheckEnvironment,
  options: { progress: Progress; signal: AbortSignal; onResult: (result: CheckResult) => void },
): Promise<CheckResult[]> {
  const begun: BegunCheck[] = [];
  for (const target of targets) {
    const context = await environment.context(target, options.signal);
    const run = findCheck(target.request.check).run(context);
    await run.begin?.();
    begun.push({ target, title: titleOf(target, targets), run });
  }
  const shared: SharedFindings = new Map();
  const results: CheckResult[] = [];
  for (const check of begun) {
    const result = await runCheck(check, environment, shared, options.progress, options.signal);
    results.push(result);
    options.onResult(result);
  }
  return results;
}
