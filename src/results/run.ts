import * as z from 'zod';
import { benchFindings } from '../bench/result.js';
import { checkResultShape } from '../checks/result.js';
import type { DeepReadonly } from '../model/deep-readonly.js';
import { circumstancesShape } from './circumstances.js';
import { topologyShape } from './topology.js';

/** Increase it when the format of results changes; upgrade.ts reads earlier versions. */
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
  instance: z
    .string()
    .nullable()
    .default(null)
    .describe('The instance of the lab; null for the one without a name'),
  startedAt: z.iso.datetime(),
  durationMs: z.number().min(0),
  circumstances: circumstancesShape,
};

const testShape = z.strictObject({ ...head, kind: z.literal('test'), checks: z.array(checkResultShape) });
const benchShape = z.strictObject({ ...head, kind: z.literal('bench'), ...benchFindings });

/** A run as it is kept. `lab test --json` and `lab bench --json` print the same without `context`. */
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

/** How the result of a run begins: of this kind, of the lab with this name or an instance of it, which began at this time. */
export function runHead<Kind extends Run['kind']>(
  kind: Kind,
  lab: string,
  started: Date,
  instance: string | null = null,
): Pick<Run, 'version' | 'id' | 'lab' | 'instance' | 'startedAt'> & { readonly kind: Kind } {
  return {
    version: RESULT_VERSION,
    id: `${lab}${instance === null ? '' : `.${instance}`}-${stamp(started)}`,
    kind,
    lab,
    instance,
    startedAt: started.toISOString(),
  };
}

/** The format of results as JSON Schema (draft-07), for programs that read them. */
export function resultSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(keptRunShape, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'Result of a run',
    description: 'What `lab test --json` and `lab bench --json` print, and what is kept of each run',
    ...schema,
  };
}
