import * as z from 'zod';
import { labShape } from './shape.js';

/**
 * The shape of a definition as JSON Schema (draft-07), for editors. It is derived from the one that `lab validate` uses;
 * the rules between parts of a definition are not in it.
 */
export function labSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(labShape, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'Definition of a lab',
    description:
      'A lab of sriov-lab: machines with SR-IOV NICs, the networks and peers around them, and checks',
    ...schema,
  };
}
