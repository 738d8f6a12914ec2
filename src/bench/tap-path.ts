import { readLinkBytes } from '../checks/link-counters.js';
import {
  backendOf,
  findByName,
  functionsOf,
  type Bench,
  type BenchFunction,
  type Lab,
} from '../model/lab.js';
import type { PathFinder } from './path.js';

/** The tap behind a function; undefined when its packets go elsewhere. */
function tapBehind(end: BenchFunction, bench: Bench, lab: Lab): string | undefined {
  const nic = findByName(findByName(lab.machines, bench.machine).nics, end.nic);
  const pciFunction = functionsOf(nic).find(({ id }) => id === end.function);
  const backend = pciFunction === undefined ? null : backendOf(nic, pciFunction);
  return backend?.type === 'tap' ? backend.ifname : undefined;
}

/** Counts at the taps, in the namespace that they are in; undefined when one of the two functions has none. */
export const tapPath: PathFinder = async (lab, bench, { namespace }) => {
  const offload = tapBehind(bench.offload, bench, lab);
  const software = tapBehind(bench.software, bench, lab);
  if (offload === undefined || software === undefined) return Promise.resolve(undefined);
  return Promise.resolve({
    places: { offload: `tap ${offload}`, software: `tap ${software}` },
    read: async () => {
      const links = await readLinkBytes(namespace);
      const bytes = (tap: string): number => {
        const { rx, tx } = links.get(tap) ?? { rx: 0, tx: 0 };
        return rx + tx;
      };
      return { offload: bytes(offload), software: bytes(software) };
    },
  });
};
