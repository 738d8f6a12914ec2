import type { TestResult } from '../results/run.js';
import { bringUp } from './bring-up.js';
import { prepareLab, type BringUpOptions } from './prepare.js';
import type { ReadLab } from '../definition/read-lab.js';
import { bringDown } from './take-down.js';
import { testRefusal } from './test-refusal.js';
import { selectTargets, testLab, type TestOptions } from './test-lab.js';

/**
 * Brings the lab up if it is down, runs its checks, and takes down what it brought up (unless `keep`), however it ends.
 */
export async function testAndTakeDown(
  read: ReadLab,
  options: BringUpOptions & TestOptions & { keep: boolean },
): Promise<TestResult> {
  if (read.lab.expect === 'refused') return testRefusal(read, options);
  // A check that the lab does not have is told before anything is started.
  selectTargets(read.lab, options.only);
  const { running, plan } = await bringUp(await prepareLab(read, options), options);
  const broughtUp = plan.some(({ kind, action }) => kind === 'namespace' && action !== 'keep');
  try {
    return await testLab(running, read, options);
  } finally {
    if (broughtUp && !options.keep) await bringDown(running.record.id, options.progress);
  }
}
