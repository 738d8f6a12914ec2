import { userInfo } from 'node:os';
import { shippedFile } from '../../model/folders.js';
import { endsWithLab, PRIVATE_NAMESPACES } from '../ends-with-lab.js';

/** What timeout(1) ends with when the time is over. */
export const TIMED_OUT = 124;

/**
 * The arguments that run `argv` so that it ends when whoever waits for it has ended in any way, and when its time is over; libguestfs then
 * ends its machine. For root it puts its sockets into /tmp, whatever it is told, and what is killed would leave them there: root has
 * namespaces, with `temporary` in the place of /tmp. A user's namespace it takes for a computer whose files are nobody's.
 */
export function contained(
  argv: readonly string[],
  temporary: string,
  cache: string,
  isRoot = userInfo().uid === 0,
): [string, ...string[]] {
  const script = shippedFile('images/guestfs/files/private-tmp.sh');
  const apart = isRoot ? ['unshare', ...PRIVATE_NAMESPACES, 'sh', script, cache, temporary] : [];
  return endsWithLab([...apart, ...argv]);
}
