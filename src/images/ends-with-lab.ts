/** In s. A full disk below libguestfs, for one, shows as a wait without end. */
export const LIMIT_SECONDS = 3600;

/** The arguments that run `argv` so that it gets a signal when whoever waits for it has ended in any way, and when its time is over. */
export function endsWithLab(argv: readonly string[]): [string, ...string[]] {
  // The whole group gets the signal that ends timeout(1).
  return ['setpriv', '--pdeathsig', 'TERM', 'timeout', '--kill-after=3', String(LIMIT_SECONDS), ...argv];
}

/** The arguments of unshare(1) for a mount and a process namespace, which end with what is run in them. */
export const PRIVATE_NAMESPACES = [
  '--mount',
  '--propagation',
  'private',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];
