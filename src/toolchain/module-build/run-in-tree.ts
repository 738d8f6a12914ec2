import type { Task } from '../../model/task.js';
import { runOrThrow } from '../../process/run.js';

const limitSeconds = 900;

/**
 * /proc and /dev are this computer's: compilers write to /dev/null, and objtool looks itself up in /proc. The mounts are in a
 * namespace of their own, and gone with it.
 */
const script = [
  'mkdir -p "$0/proc" "$0/dev"',
  'mount --rbind /proc "$0/proc"',
  'mount --rbind /dev "$0/dev"',
  'exec chroot "$0" /usr/bin/env -i PATH=/usr/bin:/usr/sbin LC_ALL=C "$@"',
].join(' && ');

/**
 * Runs a program of a tree of unpacked packages with that tree as its root; needs no root, but user namespaces.
 * Throws ProcessError if it fails, the signal's reason when aborted. Nothing of it outlives this process.
 */
export async function runInTree(
  tree: string,
  argv: readonly [string, ...string[]],
  { signal }: Task,
): Promise<void> {
  await runOrThrow(
    [
      // As for mmdebstrap: see mmdebstrap.ts.
      ...(['setpriv', '--pdeathsig', 'TERM', 'timeout', '--kill-after=3', String(limitSeconds)] as const),
      ...['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--'],
      ...['sh', '-c', script, tree, ...argv],
    ],
    { signal },
  );
}
