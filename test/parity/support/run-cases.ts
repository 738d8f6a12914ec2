import { availableParallelism } from 'node:os';

/** Runs all cases, as many at a time as there are processors. */
export async function runCases<T>(cases: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...cases];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  // All have ended, failed or not, before the first failure is told: none leaves a QEMU behind.
  const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
