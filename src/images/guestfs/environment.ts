import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { decideAcceleration } from '../../toolchain/acceleration.js';
import type { Accelerator } from '../../toolchain/types.js';
import type { BuildContext } from '../build-context.js';

export type GuestfsEnvironment = Readonly<Record<string, string>>;

/** Libguestfs would try KVM wherever /dev/kvm opens, and wait for ever where it then runs no guest. */
function backend(accelerator: Accelerator): GuestfsEnvironment {
  return {
    LIBGUESTFS_BACKEND: 'direct',
    LIBGUESTFS_BACKEND_SETTINGS: accelerator === 'tcg' ? 'force_tcg' : '',
  };
}

/**
 * What libguestfs is told: the kind of acceleration, the toolchain's kernel in place of this computer's (which users may not read on
 * some distributions, and which a container has not), and folders of lab's own: `scratch` for what a killed build would leave.
 */
export async function guestfsEnvironment(
  scratch: string,
  { toolchain, acceleration = 'auto', environment }: BuildContext,
  task: Task,
): Promise<GuestfsEnvironment> {
  const { accelerator } = await decideAcceleration(toolchain, acceleration, task);
  const { image, release, modules } = toolchain.kernel;
  const cache = join(environment.cache, 'libguestfs');
  const temporary = join(scratch, 'tmp');
  // Not below `scratch`: the path of a socket has to be short. There is one build at a time.
  const sockets = join(environment.cache, 'sockets');
  rmSync(sockets, { recursive: true, force: true });
  for (const folder of [cache, temporary, sockets]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    ...backend(accelerator),
    SUPERMIN_KERNEL: image,
    SUPERMIN_KERNEL_VERSION: release,
    SUPERMIN_MODULES: modules,
    LIBGUESTFS_CACHEDIR: cache,
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: sockets,
    LC_ALL: 'C',
  };
}
