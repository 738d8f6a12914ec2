import { UsageError } from '../errors/families.js';
import type { Bench, Lab } from '../model/lab.js';
import type { PathFinder, PathHosts, PathObserver } from './path.js';
import { tapPath } from './tap-path.js';
import { vdpaPath } from './vdpa-path.js';

/** One for each kind of backend. */
const finders: readonly PathFinder[] = [vdpaPath, tapPath];

/** Where packets can be seen from outside. Throws UsageError when the functions' backends show them nowhere. */
export async function findPath(lab: Lab, bench: Bench, hosts: PathHosts): Promise<PathObserver> {
  for (const finder of finders) {
    const found = await finder(lab, bench, hosts);
    if (found !== undefined) return found;
  }
  throw new UsageError({
    code: 'LAB-BENCH-PATH',
    message: `nothing outside of ${bench.machine} counts what ${bench.offload.function} and ${bench.software.function} carry`,
    hint: 'a comparison whose paths cannot be told apart proves nothing: let both come out at taps of the lab',
  });
}
