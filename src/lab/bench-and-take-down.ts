import type { BenchResult } from '../results/run.js';
import { benchLab, benchOf, type BenchOptions } from './bench-lab.js';
import { bringUp } from './bring-up.js';
import { prepareLab, type BringUpOptions } from './prepare.js';
import type { ReadLab } from '../definition/read-lab.js';
import { bringDown } from './take-down.js';

/** Brings the lab up if it is down, benches it, and takes down what it brought up (unless `keep`), however it ends. */
export async function benchAndTakeDown(
  read: ReadLab,
  options: BringUpOptions & BenchOptions & { keep: boolean },
): Promise<BenchResult> {
  // A lab without a bench is told before anything is started.
  benchOf(read.lab);
  const { running, plan } = await bringUp(await prepareLab(read, options), options);
  const broughtUp = plan.some(({ kind, action }) => kind === 'namespace' && action !== 'keep');
  try {
    return await benchLab(running, read, options);
  } finally {
    if (broughtUp && !options.keep) await bringDown(running.record.id, options.progress);
  }
}
