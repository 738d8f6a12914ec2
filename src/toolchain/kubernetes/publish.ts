import { join } from 'node:path';
import { ToolchainError } from '../../errors/families.js';
import type { Environment } from '../../model/environment.js';
import type { Task } from '../../model/task.js';
import { publishFolder } from '../../process/publish-folder.js';
import type { LockWait } from '../../process/wait-for-lock.js';
import { isWhole } from '../../process/whole-folder.js';
import { kubernetesFolder } from './folder.js';

const WAIT_HOURS = 3;

export const buildWait: LockWait = {
  purpose: 'build Kubernetes',
  activity: 'builds Kubernetes',
  limitMs: WAIT_HOURS * 3_600_000,
  late: (holder, file) =>
    new ToolchainError({
      code: 'LAB-TOOLCHAIN-BUSY',
      message: `${holder} has been building Kubernetes for more than ${WAIT_HOURS} hours`,
      hint: `look at that process; end it if it hangs, then run the command again (lock: ${file})`,
    }),
};

/** The folder of that name beside the other programs, made by `build` if it is not there, or not whole: see publishFolder. */
export async function publishedFolder(
  name: string,
  build: (result: string, scratch: string) => Promise<void>,
  environment: Environment,
  task: Task,
): Promise<string> {
  const place = join(kubernetesFolder(environment), name);
  const find = (): string | undefined => (isWhole(place) ? place : undefined);
  const found = find();
  if (found !== undefined) return found;
  const made = await publishFolder({ place, wait: buildWait, find, build }, task);
  if (made === undefined) throw new Error(`${place} is not where it was put`);
  return made;
}
