import type { ReadLab } from '../definition/read-lab.js';
import type { Task } from '../model/task.js';
import type { BenchResult } from '../results/run.js';
import { benchLab, benchOf, type BenchOptions } from './bench-lab.js';
import { folderFor, prepareLab, type PrepareOptions } from './prepare.js';
import { assertFree } from './lab-lock.js';
import { wordsFor } from './record.js';
import { withOwnInstance } from './with-own-instance.js';

/** `lab bench`: compares the two sides of a lab, and brings it up first if it is down. Throws UsageError for a lab without a bench. */
export async function benchAndTakeDown(
  read: ReadLab,
  options: PrepareOptions & BenchOptions & { keep: boolean; wait?: boolean },
  task: Task,
): Promise<BenchResult> {
  // Refuse a lab without a bench before anything is started.
  benchOf(read.lab);
  const { keep, wait = true } = options;
  const folder = folderFor(read, options);
  const use = { purpose: `lab bench ${wordsFor(folder.id)}`, keep, wait };
  await assertFree(folder, use.purpose, task, use);
  const prepared = await prepareLab(read, options, task);
  return withOwnInstance(prepared, use, task, async ({ running }) => benchLab(running, read, options, task));
}
