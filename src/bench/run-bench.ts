import type { ProgressStep } from '../model/progress.js';
import type { RunResult } from '../process/run.js';
import { compare } from './compare.js';
import type { Measurement } from './measurements.js';
import { evidenceOf, pathProblem, type PathEvidence, type PathObserver } from './path.js';
import type { BenchSettings, Comparison } from './result.js';
import { environmentNames, type EnvironmentName, type Reading, type Sample } from './sample.js';
import type { Tool } from './tool.js';

/** Where a bench runs. */
export interface BenchWorld {
  /** Runs a program in the container of an environment. */
  run(environment: EnvironmentName, argv: readonly [string, ...string[]]): Promise<RunResult>;
  /** Address of the far end. */
  readonly address: string;
  readonly observer: PathObserver;
}

export interface Measured {
  readonly comparisons: readonly Comparison[];
  readonly evidence: readonly PathEvidence[];
  /** Why one must not believe it; what was to come after it has not been measured. */
  readonly refusals: readonly string[];
}

/** A measurement that cannot be had, or must not be believed. */
class Refusal extends Error {
  override readonly name = 'Refusal';
}

function doubtAbout(reading: Reading, settings: BenchSettings): string | undefined {
  const { lossPercent, retransmitPercent } = reading;
  if (lossPercent !== null && lossPercent > settings.maxLossPercent)
    return `${lossPercent.toFixed(1)} % of the datagrams were lost, more than ${settings.maxLossPercent} %`;
  if (retransmitPercent !== null && retransmitPercent > settings.maxRetransmitPercent)
    return `${retransmitPercent.toFixed(2)} % of the segments were sent again, more than ${settings.maxRetransmitPercent} %`;
  if (Object.values(reading.figures).some((value) => !(value > 0))) return 'nothing arrived at the far end';
  return undefined;
}

/** One measurement in both environments. */
class Measuring {
  readonly evidence: PathEvidence[] = [];

  constructor(
    private readonly world: BenchWorld,
    private readonly tool: Tool,
    private readonly measurement: Measurement,
    private readonly settings: BenchSettings,
  ) {}

  /** A B A B...: what changes on this computer in the course of time changes for both. The first runs do not count. */
  async samples(step: ProgressStep, signal: AbortSignal): Promise<Sample[]> {
    const { runs, warmUps } = this.settings;
    const samples: Sample[] = [];
    for (let round = 0; round < warmUps + runs; round += 1) {
      for (const environment of environmentNames) {
        signal.throwIfAborted();
        step.update(
          round < warmUps
            ? `warm-up, ${environment}`
            : `run ${round - warmUps + 1} of ${runs}, ${environment}`,
        );
        const reading = await this.#take(environment);
        if (round < warmUps) continue;
        const doubt = doubtAbout(reading, this.settings);
        if (doubt !== undefined) throw this.#refusal(environment, doubt);
        samples.push({ ...reading, environment });
      }
    }
    return samples;
  }

  async #take(environment: EnvironmentName): Promise<Reading> {
    const { world, tool, measurement, settings } = this;
    const before = await world.observer.read();
    const argv = tool.client(measurement, world.address, settings.seconds);
    const { exitCode, stdout, stderr } = await world.run(environment, argv);
    if (exitCode !== 0)
      throw this.#refusal(environment, `${tool.name} ended with ${exitCode}: ${(stderr + stdout).trim()}`);
    const reading = this.#read(environment, stdout);
    const evidence = evidenceOf(environment, reading.payloadBytes, before, await world.observer.read());
    this.evidence.push(evidence);
    const strayed = pathProblem(evidence, world.observer);
    if (strayed !== undefined) throw this.#refusal(null, strayed);
    return reading;
  }

  #read(environment: EnvironmentName, printed: string): Reading {
    try {
      return this.tool.parse(this.measurement, printed);
    } catch (error) {
      throw this.#refusal(environment, error instanceof Error ? error.message : String(error));
    }
  }

  #refusal(environment: EnvironmentName | null, message: string): Refusal {
    return new Refusal(
      `${this.measurement.title}${environment === null ? '' : `, ${environment}`}: ${message}`,
    );
  }
}

/**
 * Takes the measurements one after the other. At the first one that cannot be believed it stops: then there is no result. Throws
 * when aborted, and when the machine goes away.
 */
export async function runBench(
  world: BenchWorld,
  plan: readonly { readonly measurement: Measurement; readonly tool: Tool }[],
  settings: BenchSettings,
  options: { begin: (measurement: Measurement) => ProgressStep; signal: AbortSignal },
): Promise<Measured> {
  const comparisons: Comparison[] = [];
  const evidence: PathEvidence[] = [];
  for (const { measurement, tool } of plan) {
    const step = options.begin(measurement);
    const measuring = new Measuring(world, tool, measurement, settings);
    try {
      comparisons.push(...compare(measurement, tool.name, await measuring.samples(step, options.signal)));
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
