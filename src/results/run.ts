import * as z from 'zod';
import { benchFindings } from '../bench/result.js';
import { checkResultShape } from '../checks/result.js';
import type { DeepReadonly } from '../model/deep-readonly.js';
import { circumstancesShape } from './circumstances.js';
import { topologyShape } from './topology.js';

/** Raised when the form of a result changes; upgrade.ts reads the earlier ones. */
export const RESULT_VERSION = 2;

const contextShape = z
  .strictObject({
    definition: z.strictObject({
      file: z.string(),
      text: z.string(),
      settings: z.array(z.string()).describe('What `--set` changed'),
    }),
    topology: topologyShape
      .nullable()
      .describe(
        'The lab as it was resolved; null in a result of format version 1, which had a drawing instead',
      ),
    logs: z.array(z.strictObject({ name: z.string(), text: z.string() })).describe('The end of each log'),
  })
  .meta({ id: 'context', description: 'For a report; what `--json` prints does not include it' });

const head = {
  version: z.literal(RESULT_VERSION).describe('Of this format'),
  id: z
    .string()
    .regex(/^[\w.-]+$/)
    .describe(
      'The name of the run for `lab results` and `lab report`: the lab, and when the run began (UTC)',
    ),
  lab: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().min(0),
  circumstances: circumstancesShape,
};

const testShape = z.strictObject({ ...head, kind: z.literal('test'), checks: z.array(checkResultShape) });
const benchShape = z.strictObject({ ...head, kind: z.literal('bench'), ...benchFindings });

/** What is kept of a run; what `lab test --json` and `lab bench --json` print is the same without `context`. */
export const keptRunShape = z.discriminatedUnion('kind', [
  testShape.extend({ context: contextShape.optional() }),
  benchShape.extend({ context: contextShape.optional() }),
]);

/** What `lab test` found. */
export type TestResult = DeepReadonly<z.infer<typeof testShape>>;
/** What `lab bench` found. */
export type BenchResult = DeepReadonly<z.infer<typeof benchShape>>;
export type Run = TestResult | BenchResult;
/** What a report shows beside the result itself. */
export type RunContext = DeepReadonly<z.infer<typeof contextShape>>;
export type KeptRun = Run & { readonly context?: RunContext | undefined };

function stamp(time: Date): string {
  const [date = '', clock = ''] = time.toISOString().split('T');
  return [date.replaceAll('-', ''), clock.replaceAll(':', '').replace('.', '-').replace('Z', '')].join('-');
}

/** How the result of a run begins: of this kind, of the lab with this name, which began at this time. */
export function runHead<Kind extends Run['kind']>(
  kind: Kind,
  lab: string,
  started: Date,
): Pick<Run, 'version' | 'id' | 'lab' | 'startedAt'> & { readonly kind: Kind } {
  return {
    version: RESULT_VERSION,
    id: `${lab}-${stamp(started)}`,
    kind,
    lab,
    startedAt: started.toISOString(),
  };
}

/** Whether a run found nothing wrong. */
export function hasPassed(run: Run): boolean {
  return run.kind === 'bench' ? run.ok : run.checks.length > 0 && run.checks.every(({ ok }) => ok);
}

/** The outcome of a run in a few words. */
export function outcomeOf(run: Run): string {
  if (run.kind === 'bench') {
    if (run.refusals.length > 0) return 'refused';
    return run.ok ? 'measured' : 'an expectation is not met';
  }
  const failed = run.checks.filter(({ ok }) => !ok).length;
  if (run.checks.length === 0) return 'no check ran';
  return hasPassed(run) ? 'passed' : `${failed} of ${run.checks.length} checks failed`;
}
