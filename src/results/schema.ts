import * as z from 'zod';
import { keptRunShape } from './run.js';

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
