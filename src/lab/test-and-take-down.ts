import type { ReadLab } from '../definition/read-lab.js';
import type { Task } from '../model/task.js';
import type { TestResult } from '../results/run.js';
import { folderFor, prepareLab, type PrepareOptions } from './prepare.js';
import { selectTargets, testLab, type TestOptions } from './test-lab.js';
import { testRefusal } from './test-refusal.js';
import { assertFree } from './lab-lock.js';
import { wordsFor } from './record.js';
import { withOwnInstance } from './with-own-instance.js';

/** `lab test`: runs the checks of a lab, and brings it up first if it is down. Throws UsageError for a check that the lab does not have. */
export async function testAndTakeDown(
  read: ReadLab,
  options: PrepareOptions & TestOptions & { keep: boolean; wait?: boolean },
  task: Task,
): Promise<TestResult> {
  if (read.lab.expect === 'refused') return testRefusal(read, options, task);
  // Refuse a check that the lab does not have before anything is started.
  selectTargets(read.lab, options.only);
  const { keep, wait = true } = options;
  const folder = folderFor(read, options);
  const use = { purpose: `lab test ${wordsFor(folder.id)}`, keep, wait };
  await assertFree(folder, use.purpose, task, use);
  const prepared = await prepareLab(read, options, task);
  return withOwnInstance(prepared, use, task, async ({ running }) => testLab(running, read, options, task));
}
