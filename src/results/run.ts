import type { BenchResult } from '../bench/result.js';
import type { RunHead, TestResult } from '../checks/result.js';
import type { Lab } from '../model/lab.js';
import type { Graph } from '../report/graph/graph.js';

/** What a run found: of `lab test` or of `lab bench`. */
export type Run = TestResult | BenchResult;

/** The end of a log, as it was when the run ended. */
export interface RunLog {
  readonly name: string;
  readonly text: string;
}

/** What is kept beside what a run found, for a reader who has nothing else. */
export interface RunContext {
  readonly definition: {
    readonly file: string;
    readonly text: string;
    /** What `--set` changed. */
    readonly settings: readonly string[];
  };
  /** The topology. */
  readonly picture: Graph;
  readonly logs: readonly RunLog[];
}

export type KeptRun = Run & { readonly context?: RunContext | undefined };

function stamp(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split('T');
  return [date.replaceAll('-', ''), clock.replaceAll(':', '').replace('.', '-').replace('Z', '')].join('-');
}

/** The beginning of what a run of this lab, begun at this time, is told as. */
export function runHead<Kind extends Run['kind']>(
  kind: Kind,
  lab: Lab,
  started: Date,
): RunHead & { readonly kind: Kind } {
  return {
    version: 1,
    id: `${lab.name}-${stamp(started)}`,
    kind,
    lab: lab.name,
    startedAt: started.toISOString(),
  };
}

/** Whether it found nothing wrong. */
export function hasPassed(run: Run): boolean {
  return run.kind === 'bench' ? run.ok : run.checks.length > 0 && run.checks.every(({ ok }) => ok);
}
