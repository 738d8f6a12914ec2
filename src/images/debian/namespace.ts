import { userInfo } from 'node:os';
import { EnvironmentError } from '../../errors/families.js';
import type { Task } from '../../model/task.js';
import { run } from '../../process/run.js';
import { endsWithLab, PRIVATE_NAMESPACES } from '../ends-with-lab.js';

/**
 * The arguments that run `argv` as root of a user and mount namespace of its own, with this user's subordinate ids as the other
 * users of it: what a distribution's packages need to be installed. Root itself needs no such users.
 */
export function asRootOfNamespace(argv: readonly string[]): [string, ...string[]] {
  const user = userInfo().uid === 0 ? [] : ['--user', '--map-auto', '--map-root-user'];
  return endsWithLab(['unshare', ...user, ...PRIVATE_NAMESPACES, ...argv]);
}

/** Throws EnvironmentError when this user has no subordinate ids to make such a namespace with. */
export async function requireSubordinateIds({ signal }: Task): Promise<void> {
  const { exitCode, stderr } = await run(asRootOfNamespace(['true']), { signal, timeoutMs: 20_000 });
  if (exitCode === 0) return;
  const user = userInfo().username;
  throw new EnvironmentError(
    {
      code: 'LAB-ENV-SUBORDINATE-IDS',
      message: 'Debian packages cannot be installed into an image: the current user has no subordinate ids',
      hint: `sudo apt-get install uidmap, and if ${user} is not in /etc/subuid: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
    },
    { cause: new Error(stderr.trim()) },
  );
}
