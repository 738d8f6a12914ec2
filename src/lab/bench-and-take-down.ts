import type { ReadLab } from '../definition/read-lab.js';
import type { Task } from '../model/task.js';
import type { BenchResult } from '../results/run.js';
import { benchLab, benchOf, type BenchOptions } from './bench-lab.js';
import { prepareLab, type PrepareOptions } from './prepare.js';
import { withLab } from './with-lab.js';

/** `lab bench`: compares the two sides of a lab, and brings it up first if it is down. Throws UsageError for a lab without a bench. */
export async function benchAndTakeDown(
  read: ReadLab,
  options: PrepareOptions & BenchOptions & { keep: boolean },
  task: Task,
): Promise<BenchResult> {
  // Refuse a lab without a bench before anything is started.
  benchOf(read.lab);
  const use = { purpose: `lab bench ${read.lab.name}`, keep: options.keep };
  return withLab(await prepareLab(read, options, task), use, task, async ({ running }) =>
    benchLab(running, read, options, task),
  );
}
