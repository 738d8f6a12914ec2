import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { run } from '../../process/run.js';
import type { LayerWork } from '../layers/layer-work.js';
import { asRootOfNamespace, requireSubordinateIds } from './namespace.js';

/**
 * Runs a script that comes with lab as root of a namespace; its first argument is an empty folder for the file system that it mounts.
 * All that it says goes to the log. Returns undefined when it went well, else what it said last.
 */
export async function runInNamespace(
  script: string,
  args: readonly string[],
  work: LayerWork,
  task: Task,
): Promise<string | undefined> {
  await requireSubordinateIds(task);
  const mountPoint = join(work.scratch, 'mount');
  mkdirSync(mountPoint, { recursive: true });
  const { exitCode, stderr } = await run(asRootOfNamespace(['sh', script, mountPoint, ...args]), {
    // The messages are matched: see mmdebstrap-failure.ts.
    env: { LC_ALL: 'C' },
    signal: task.signal,
    onStderrLine: work.log,
  });
  return exitCode === 0 ? undefined : stderr.trim();
}
