import { readLinkBytes } from '../checks/link-counters.js';
import { backendOf, findByName, functionById, type Lab } from '../model/lab.js';
import type { PathFinder } from './path.js';

/** The tap on this computer by which what a function sends comes out, through whatever machines are around it; undefined when by none. */
function outermostTap(lab: Lab, machineName: string, functionId: string): string | undefined {
  const machine = findByName(lab.machines, machineName);
  const { nic, pciFunction } = functionById(machine, functionId);
  const backend = backendOf(nic, pciFunction);
  if (backend?.type === 'tap') {
    const { on, uplink } = findByName(lab.networks, backend.network);
    if (on === null) return backend.ifname;
    return uplink === null ? undefined : outermostTap(lab, on, uplink);
  }
  if (backend?.type !== 'vdpa' || backend.of === null || machine.on === null) return undefined;
  return outermostTap(lab, machine.on, backend.of);
}

/** Counts at the taps on this computer; undefined when one of the two functions comes out at none. */
export const tapPath: PathFinder = async (lab, bench, { namespace }) => {
  const offload = outermostTap(lab, bench.machine, bench.offload.function);
  const software = outermostTap(lab, bench.machine, bench.software.function);
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
