import { availableParallelism } from 'node:os';

/** Runs all cases, as many at a time as there are processors. */
export async function runCases<T>(cases: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...cases];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
