import type { ProgressStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import type { RunResult } from '../process/run.js';
import { compare } from './compare.js';
import { sides, type Measurement, type Side } from './measurements.js';
import { evidenceOf, pathProblem, type PathObserver } from './path.js';
import type { PlannedMeasurement } from './plan.js';
import type { BenchSettings, Comparison, PathEvidence } from './result.js';
import type { Reading, Sample, Tool } from './tool.js';

/** Where a bench runs. */
export interface BenchWorld {
  /** Runs a program in the container of a side. */
  run(side: Side, argv: readonly [string, ...string[]]): Promise<RunResult>;
  /** Address of the far end. */
  readonly address: string;
  readonly observer: PathObserver;
  /** The accelerator, as progress shows it: `TCG`. */
  readonly acceleration: string;
}

export interface Measured {
  readonly comparisons: readonly Comparison[];
  readonly evidence: readonly PathEvidence[];
  /** Why the figures cannot be trusted. Nothing was measured after that. */
  readonly refusals: readonly string[];
}

/** A measurement that failed or cannot be trusted. */
class Refusal extends Error {
  override readonly name = 'Refusal';
}

function doubtAbout(reading: Reading, settings: BenchSettings): string | undefined {
  const { lossPercent, retransmitPercent } = reading;
  if (lossPercent !== null && lossPercent > settings.maxLossPercent)
    return `${lossPercent.toFixed(1)} % of the datagrams were lost, more than ${settings.maxLossPercent} %`;
  if (retransmitPercent !== null && retransmitPercent > settings.maxRetransmitPercent)
    return `${retransmitPercent.toFixed(2)} % of the segments were retransmitted, more than ${settings.maxRetransmitPercent} %`;
  if (Object.values(reading.figures).some((value) => !(value > 0))) return 'nothing arrived at the far end';
  return undefined;
}

/** One measurement on both sides. */
class Measuring {
  readonly evidence: PathEvidence[] = [];

  constructor(
    private readonly world: BenchWorld,
    private readonly tool: Tool,
    private readonly measurement: Measurement,
    private readonly settings: BenchSettings,
  ) {}

  /** Measures the sides in turns (A B A B), so that a slow phase of this computer affects both. Warm-up runs do not count. */
  async samples(step: ProgressStep, signal: AbortSignal): Promise<Sample[]> {
    const { runs, warmUps } = this.settings;
    const samples: Sample[] = [];
    for (let round = 0; round < warmUps + runs; round += 1) {
      const isWarmUp = round < warmUps;
      for (const side of sides) {
        signal.throwIfAborted();
        step.update(`${isWarmUp ? 'warm-up' : `run ${round - warmUps + 1} of ${runs}`}, ${side}`);
        const reading = await this.#take(side);
        if (isWarmUp) continue;
        const doubt = doubtAbout(reading, this.settings);
        if (doubt !== undefined) throw this.#refusal(side, doubt);
        samples.push({ ...reading, side });
      }
    }
    return samples;
  }

  async #take(side: Side): Promise<Reading> {
    const { world, tool, measurement, settings } = this;
    const before = await world.observer.read();
    const argv = tool.client(measurement, world.address, settings.seconds);
    const { exitCode, stdout, stderr } = await world.run(side, argv);
    if (exitCode !== 0)
      throw this.#refusal(side, `${tool.name} ended with ${exitCode}: ${(stderr + stdout).trim()}`);
    const reading = this.#read(side, stdout);
    const evidence = evidenceOf(side, reading.payloadBytes, before, await world.observer.read());
    this.evidence.push(evidence);
    const strayed = pathProblem(evidence, world.observer);
    if (strayed !== undefined) throw new Refusal(`${measurement.title}: ${strayed}`);
    return reading;
  }

  #read(side: Side, printed: string): Reading {
    try {
      return this.tool.parse(this.measurement, printed);
    } catch (error) {
      throw this.#refusal(side, error instanceof Error ? error.message : String(error));
    }
  }

  #refusal(side: Side, message: string): Refusal {
    return new Refusal(`${this.measurement.title}, ${side}: ${message}`);
  }
}

/**
 * Takes the measurements of a plan one after the other. Stops at the first that cannot be trusted; then there is no result.
 * Throws when aborted, and when the machine goes away.
 */
export async function runBench(
  world: BenchWorld,
  plan: readonly PlannedMeasurement[],
  settings: BenchSettings,
  task: Task,
): Promise<Measured> {
  const comparisons: Comparison[] = [];
  const evidence: PathEvidence[] = [];
  for (const { measurement, tool } of plan) {
    const step = task.step(`${measurement.title} (${world.acceleration})`);
    const measuring = new Measuring(world, tool, measurement, settings);
    try {
      comparisons.push(...compare(measurement, tool.name, await measuring.samples(step, task.signal)));
      step.done();
    } catch (error) {
      step.failed();
      if (!(error instanceof Refusal)) throw error;
      return { comparisons: [], evidence: [...evidence, ...measuring.evidence], refusals: [error.message] };
    }
    evidence.push(...measuring.evidence);
  }
  return { comparisons, evidence, refusals: [] };
}
