import * as z from 'zod';
import type { DeepReadonly } from '../model/deep-readonly.js';

export const circumstancesShape = z.strictObject({
  qemu: z.string().describe('Version'),
  kernel: z.string().describe('Release'),
  accelerator: z.string().describe('`kvm`, or `tcg` for software emulation'),
  accelerationReason: z.string(),
  computer: z.strictObject({
    cpu: z.string().describe('Model of the processor'),
    processors: z.int().min(0),
    load: z
      .strictObject({ begin: z.number(), end: z.number() })
      .describe('Load average over one minute, when the run began and when it ended (getloadavg(3))'),
  }),
  images: z
    .record(z.string(), z.string())
    .describe('SHA-256 of the image that each machine booted, by the machine’s name'),
  labDigest: z
    .string()
    .describe('SHA-256 of the resolved definition: runs with the same one were of the same lab'),
});

/** The circumstances of a run, which give its figures their meaning. */
export type Circumstances = DeepReadonly<z.infer<typeof circumstancesShape>>;
