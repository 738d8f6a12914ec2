import * as z from 'zod';

/** The parts of a result of format version 1 that version 2 names or stores in another way. */
const versionOne = z.looseObject({
  version: z.literal(1),
  environment: z.unknown(),
  path: z.looseObject({ evidence: z.array(z.looseObject({ environment: z.unknown() })) }).optional(),
  context: z.strictObject({ definition: z.unknown(), picture: z.unknown(), logs: z.unknown() }).optional(),
});

/**
 * A result of format version 1 in the form of version 2; anything else as it is. Version 1 called the circumstances of a run and the
 * side of a bench `environment`, and stored a drawing of the lab instead of the lab.
 */
export function upgraded(result: unknown): unknown {
  const parsed = versionOne.safeParse(result);
  if (!parsed.success) return result;
  const { environment: circumstances, path, context, ...same } = parsed.data;
  const evidence = path?.evidence.map(({ environment: side, ...counted }) => ({ side, ...counted }));
  return {
    ...same,
    version: 2,
    circumstances,
    ...(path !== undefined && { path: { ...path, evidence } }),
    ...(context !== undefined && {
      context: { definition: context.definition, logs: context.logs, topology: null },
    }),
  };
}
