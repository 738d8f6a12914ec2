import * as z from 'zod';
import { measurementNames } from '../bench/measurements.js';
import { NO_DIFFERENCE } from '../bench/result.js';
import { figureNames } from '../bench/sample.js';
import { toolNames } from '../bench/tool.js';
import type { Box, Graph } from '../report/graph/graph.js';
import type { KeptRun } from './run.js';

const count = z.int().min(0);
const share = z.number().min(0).max(100);

const assertion = z.strictObject({
  ok: z.boolean(),
  title: z.string(),
  diagnostics: z.array(z.string()).describe('Shown below a failed assertion'),
});

const environment = z.strictObject({
  qemu: z.string().describe('Version'),
  kernel: z.string().describe('Release'),
  accelerator: z.string().describe('`kvm`, or `tcg` for software emulation'),
  accelerationReason: z.string(),
  computer: z.strictObject({
    cpu: z.string().describe('Model of the processor'),
    processors: count,
    load: z
      .strictObject({ begin: z.number(), end: z.number() })
      .describe('Load average of the minute before the run began and before it ended'),
  }),
  images: z
    .record(z.string(), z.string())
    .describe('SHA-256 of the image that each machine booted, by the machine’s name'),
  labDigest: z.string().describe('SHA-256 of the resolved definition'),
});

const boxKinds = [
  ...(['computer', 'namespace', 'machine', 'nic', 'pf', 'vf'] as const),
  ...(['vf-group', 'backend', 'network', 'peer', 'frame'] as const),
] as const;

/** It becomes part of a picture as it is. */
const boxId = z.string().regex(/^[A-Za-z0-9_]+$/);

const box: z.ZodType<Box> = z
  .strictObject({
    id: boxId,
    kind: z.enum(boxKinds),
    title: z.string(),
    lines: z.array(z.string()),
    arrangement: z.enum(['row', 'column', 'grid']),
    get boxes() {
      return z.array(box);
    },
  })
  .meta({ id: 'box' });

const picture: z.ZodType<Graph> = z.strictObject({
  title: z.string(),
  summary: z.string(),
  root: box,
  links: z.array(z.strictObject({ from: boxId, to: boxId })),
});

const context = z
  .strictObject({
    definition: z.strictObject({
      file: z.string(),
      text: z.string(),
      settings: z.array(z.string()).describe('What `--set` changed'),
    }),
    picture: picture.describe('The topology'),
    logs: z.array(z.strictObject({ name: z.string(), text: z.string() })).describe('The end of each log'),
  })
  .describe('For a report; what `--json` prints is without it');

const head = {
  version: z.literal(1).describe('Of this format'),
  id: z
    .string()
    .regex(/^[\w.-]+$/)
    .describe('What `lab results` and `lab report` call it'),
  lab: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number().min(0),
  environment,
  context: context.optional(),
};

const test = z.strictObject({
  ...head,
  kind: z.literal('test'),
  checks: z.array(
    z.strictObject({
      title: z.string(),
      check: z.string(),
      machine: z.string(),
      nic: z.string(),
      ok: z.boolean(),
      assertions: z.array(assertion),
      remarks: z.array(z.string()).describe('Figures and remarks that are no verdict'),
      durationMs: z.number().min(0),
    }),
  ),
});

function ofBoth<T extends z.ZodType>(value: T): z.ZodObject<{ offload: T; software: T }, z.core.$strict> {
  return z.strictObject({ offload: value, software: value });
}

const summary = z.strictObject({
  median: z.number(),
  lowerQuartile: z.number(),
  upperQuartile: z.number(),
  min: z.number(),
  max: z.number(),
  values: z.array(z.number()).min(1).describe('In the order in which they were taken'),
});

const estimate = z.strictObject({
  value: z.number(),
  low: z.number().nullable().describe('Lower end of the confidence interval; null: too few runs'),
  high: z.number().nullable(),
});

const comparison = z.strictObject({
  measurement: z.enum(measurementNames),
  title: z.string(),
  figure: z.enum(figureNames),
  unit: z.enum(['Mbit/s', 'usec']),
  better: z.enum(['higher', 'lower']),
  tool: z.enum(toolNames),
  summaries: ofBoth(summary),
  ratio: estimate.describe('Offload divided by software'),
  difference: estimate.describe('Offload less software, in the unit'),
  verdict: z.enum(['offload is better', 'software is better', NO_DIFFERENCE]),
  lossPercent: ofBoth(share.nullable()),
  retransmitPercent: ofBoth(z.number().min(0).nullable()),
});

const bench = z.strictObject({
  ...head,
  kind: z.literal('bench'),
  settings: z.strictObject({
    tool: z.enum(toolNames),
    quick: z.boolean(),
    runs: count,
    warmUps: count,
    seconds: count,
    maxLossPercent: share,
    maxRetransmitPercent: share,
    confidence: z.number().gt(0).lt(1),
  }),
  setup: z.array(assertion).describe('What the scripts said that made the environments'),
  path: z.strictObject({
    places: ofBoth(z.string()),
    evidence: z.array(
      z.strictObject({
        environment: z.enum(['offload', 'software']),
        payloadBytes: z.number(),
        ownBytes: z.number().describe('Counted where the environment’s packets have to pass'),
        otherBytes: z.number().describe('Counted meanwhile where the other one’s do'),
      }),
    ),
  }),
  refusals: z.array(z.string()).describe('Why there is no result; empty when there is one'),
  comparisons: z.array(comparison),
  expectations: z.array(z.strictObject({ expectation: z.string(), met: z.boolean(), found: z.string() })),
  ok: z.boolean().describe('Neither refused nor short of what was expected'),
});

/** What is kept of a run, and what `lab test --json` and `lab bench --json` print. */
export const runShape: z.ZodType<KeptRun> = z.discriminatedUnion('kind', [test, bench]);

/** The same as JSON Schema (draft-07), for programs that read results. */
export function resultSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(runShape, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'Result of a run',
    description: 'What `lab test --json` and `lab bench --json` print, and what is kept of each run',
    ...schema,
  };
}
