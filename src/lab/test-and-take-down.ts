import type { ReadLab } from '../definition/read-lab.js';
import type { Task } from '../model/task.js';
import type { TestResult } from '../results/run.js';
import { prepareLab, type PrepareOptions } from './prepare.js';
import { selectTargets, testLab, type TestOptions } from './test-lab.js';
import { testRefusal } from './test-refusal.js';
import { withLab } from './with-lab.js';

/** `lab test`: runs the checks of a lab, and brings it up first if it is down. Throws UsageError for a check that the lab does not have. */
export async function testAndTakeDown(
  read: ReadLab,
  options: PrepareOptions & TestOptions & { keep: boolean },
  task: Task,
): Promise<TestResult> {
  if (read.lab.expect === 'refused') return testRefusal(read, options, task);
  // Refuse a check that the lab does not have before anything is started.
  selectTargets(read.lab, options.only);
  const use = { purpose: `lab test ${read.lab.name}`, keep: options.keep };
  return withLab(await prepareLab(read, options, task), use, task, async ({ running }) =>
    testLab(running, read, options, task),
  );
}
