import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sumEvidence, type PathObserver } from '../bench/path.js';
import { judgeExpectation, type Expectation } from '../bench/expectation.js';
import { benchPlan } from '../bench/plan.js';
import type { BenchSettings } from '../bench/result.js';
import { runBench, type BenchWorld, type Measured } from '../bench/run-bench.js';
import { ENTER, ENTER_SCRIPT, type Containers, type PlacedScript } from '../bench/containers/containers.js';
import { containersOf } from '../bench/containers/containers-of.js';
import { findPath } from '../bench/find-path.js';
import { failuresOf, type Assertion } from '../checks/check.js';
import { UsageError } from '../errors/families.js';
import type { Bench } from '../model/bench.js';
import { findByName, hostAddress, type Lab, type Machine } from '../model/lab.js';
import type { Task } from '../model/task.js';
import type { Acceleration } from '../toolchain/types.js';
import { observeCircumstances } from './circumstances.js';
import { logEvent } from './events.js';
import type { ReadLab } from '../definition/read-lab.js';
import { runHead, type BenchResult } from '../results/run.js';
import { keepResult } from './keep-result.js';
import { instanceOf } from './record.js';
import { accelerationOn, limitMsOn, runScriptAt } from './run-script.js';
import type { RunningLab } from './running-lab.js';

/** How much longer a tool may take than the time it measures. */
const TOOL_LIMIT_MS = 30_000;

export interface BenchOptions {
  readonly settings: BenchSettings;
  /** Names of the measurements to take; if empty, all of them, or those of a quick run. */
  readonly only: readonly string[];
  readonly expectations: readonly Expectation[];
}

/** The bench of a lab. Throws UsageError when its definition has no `bench`. */
export function benchOf(lab: Lab): Bench {
  if (lab.bench !== null) return lab.bench;
  throw new UsageError({
    code: 'LAB-BENCH-NONE',
    message: `lab ${lab.name} does not define a bench`,
    hint: 'add `bench` to its definition (docs/definition.md), or use a lab that defines one: lab bench offload-tap',
  });
}

/** One bench of a lab that is up. */
class LabBench {
  readonly #bench: Bench;
  readonly #machine: Machine;
  readonly #containers: Containers;

  constructor(
    private readonly running: RunningLab,
    private readonly options: BenchOptions,
    private readonly task: Task,
  ) {
    this.#bench = benchOf(running.record.lab);
    this.#machine = findByName(running.record.lab.machines, this.#bench.machine);
    this.#containers = containersOf(running.record.lab, this.#bench);
  }

  /** The acceleration of the measured machine, which may be emulated although the machine around it is not. */
  get acceleration(): Acceleration {
    return accelerationOn(this.running, this.#machine);
  }

  async observe(): Promise<PathObserver> {
    return findPath(this.running.record.lab, this.#bench, {
      namespace: this.running.namespace,
      qemu: async (name) => ({
        host: await this.running.hostOf(name, this.task.signal),
        process: await this.running.qemu(name, this.task.signal),
      }),
    });
  }

  /** Stops at the first script that fails: the others need what it has made. */
  async setUp(): Promise<Assertion[]> {
    const step = this.task.step('Set up the two sides');
    const assertions: Assertion[] = [];
    const onLine = (line: string): void => {
      step.update(line);
    };
    const guest = await this.running.guest(this.#machine.name, this.task.signal);
    await guest.putFile(ENTER, readFileSync(join(this.running.folder.run, ENTER_SCRIPT)));
    for (const script of this.#containers.setUp) {
      assertions.push(...(await this.#script(script, this.#containers.setUpLimitMs, onLine)));
      if (failuresOf({ assertions }).length === 0) continue;
      step.failed();
      return assertions;
    }
    step.done();
    return assertions;
  }

  async measure(observer: PathObserver): Promise<Measured> {
    const { settings, only } = this.options;
    const { lab } = this.running.record;
    const plan = benchPlan(only, settings);
    const peer = findByName(lab.peers, this.#bench.peer);
    const address = hostAddress(peer.address);
    return runBench(await this.#world(address, observer), plan, settings, this.task);
  }

  /** Restores the guest, however the bench ended, even if the user interrupted it. */
  async end(): Promise<void> {
    const { end, endLimitMs } = this.#containers;
    await this.#script(end, endLimitMs, () => undefined, AbortSignal.timeout(endLimitMs));
  }

  async #script(
    script: PlacedScript,
    limitMs: number,
    onLine: (line: string) => void,
    signal = this.task.signal,
  ): Promise<readonly Assertion[]> {
    return (await runScriptAt(this.running, this.#machine, script, { limitMs, signal, onLine })).assertions;
  }

  async #world(address: string, observer: PathObserver): Promise<BenchWorld> {
    const guest = await this.running.guest(this.#machine.name, this.task.signal);
    const limitMs = limitMsOn(this.running, this.#machine, TOOL_LIMIT_MS);
    const limit = this.options.settings.seconds + Math.ceil(limitMs / 1000);
    return {
      address,
      observer,
      acceleration: this.acceleration.accelerator.toUpperCase(),
      run: async (side, argv) =>
        guest.run(['/bin/sh', ENTER, side, String(limit), ...argv], { signal: this.task.signal }),
    };
  }
}

const nothingMeasured: Measured = { comparisons: [], evidence: [], refusals: [] };

/** Compares the two sides of a lab that is up, and keeps the result in its state folder. Throws when aborted. */
export async function benchLab(
  running: RunningLab,
  read: ReadLab,
  options: BenchOptions,
  task: Task,
): Promise<BenchResult> {
  const started = new Date();
  const circumstances = observeCircumstances();
  const { lab, tools: used } = running.record;
  const work = new LabBench(running, options, task);
  try {
    const observer = await work.observe();
    const setup = await work.setUp();
    const broken = failuresOf({ assertions: setup }).map(({ title, diagnostics }) =>
      [title, ...diagnostics].join(': '),
    );
    const { comparisons, evidence, refusals } =
      broken.length === 0 ? await work.measure(observer) : { ...nothingMeasured, refusals: broken };
    const expectations =
      refusals.length > 0 ? [] : options.expectations.map((one) => judgeExpectation(one, comparisons));
    const result: BenchResult = {
      ...runHead('bench', lab.name, started, instanceOf(running.folder.id)),
      durationMs: Date.now() - started.getTime(),
      circumstances: circumstances({ ...used, acceleration: work.acceleration }, lab),
      settings: options.settings,
      setup,
      path: { places: observer.places, evidence: sumEvidence(evidence) },
      refusals,
      comparisons,
      expectations,
      ok: refusals.length === 0 && expectations.every(({ met }) => met),
    };
    keepResult(running.folder, result, { ...read, lab });
    logEvent(running.folder.events, 'benched', { ok: result.ok, refusals });
    return result;
  } finally {
    await work.end().catch(() => undefined);
  }
}
