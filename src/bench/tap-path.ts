import { readLinkBytes } from '../checks/link-counters.js';
import { outermostTap } from '../checks/outermost-tap.js';
import type { PathFinder } from './path.js';

/** Neighbours ask for each other's address now and then, on every port of a bridge. */
export const CHATTER = { bytes: 16_384, share: 0.01 } as const;

/** Counts at the taps on this computer; undefined when one of the two functions comes out at none. */
export const tapPath: PathFinder = async (lab, bench, { namespace }) => {
  const offload = outermostTap(lab, bench.machine, bench.offload.function);
  const software = outermostTap(lab, bench.machine, bench.software.function);
  if (offload === undefined || software === undefined) return Promise.resolve(undefined);
  return Promise.resolve({
    places: { offload: `tap ${offload}`, software: `tap ${software}` },
    chatter: CHATTER,
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
