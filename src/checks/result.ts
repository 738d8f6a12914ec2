import * as z from 'zod';
import type { DeepReadonly } from '../model/deep-readonly.js';

export const assertionShape = z.strictObject({
  ok: z.boolean(),
  title: z.string(),
  diagnostics: z.array(z.string()).describe('Shown below a failed assertion'),
});

export type Assertion = DeepReadonly<z.infer<typeof assertionShape>>;

export const checkResultShape = z.strictObject({
  title: z
    .string()
    .describe('`vf-creation`, or `vf-creation (guest pf0)` when the lab asks for the check more than once'),
  check: z.string(),
  machine: z.string().describe('Empty when the check looks at no single machine'),
  nic: z.string().describe('Empty when the check looks at no single NIC'),
  ok: z.boolean(),
  assertions: z.array(assertionShape),
  remarks: z.array(z.string()).describe('Figures and remarks, which are not part of the verdict'),
  durationMs: z.number().min(0),
});

/** What one check of a run found. */
export type CheckResult = DeepReadonly<z.infer<typeof checkResultShape>>;
