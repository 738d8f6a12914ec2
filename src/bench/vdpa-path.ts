import { outermostTap } from '../checks/outermost-tap.js';
import { readLinkBytes } from '../checks/link-counters.js';
import { readQemuIo } from '../checks/qemu-io.js';
import { backendOf, findByName, functionById, type Lab } from '../model/lab.js';
import type { PathFinder } from './path.js';

function isVdpa(lab: Lab, machine: string, functionId: string): boolean {
  const { nic, pciFunction } = functionById(findByName(lab.machines, machine), functionId);
  return backendOf(nic, pciFunction)?.type === 'vdpa';
}

/** QEMU also carries what is said to and by the guest agent, and is told of interrupts, eight bytes each. */
const CHATTER = { bytes: 262_144, share: 0.1 } as const;

/**
 * Where vDPA is compared with what QEMU carries: the offloaded function's packets come out at its tap on this computer, and QEMU
 * itself reads and writes the others, and none of them (the check vdpa-path looks at the same). Undefined for other backends.
 */
export const vdpaPath: PathFinder = async (lab, bench, hosts) => {
  const { machine, offload, software } = bench;
  const tap = outermostTap(lab, machine, offload.function);
  if (tap === undefined || !isVdpa(lab, machine, offload.function)) return undefined;
  if (isVdpa(lab, machine, software.function)) return undefined;
  const { host, process } = await hosts.qemu(machine);
  return {
    chatter: CHATTER,
    places: { offload: `tap ${tap}`, software: `QEMU of ${machine}` },
    read: async () => {
      const { rx, tx } = (await readLinkBytes(hosts.namespace)).get(tap) ?? { rx: 0, tx: 0 };
      const io = await readQemuIo(host, process);
      return { offload: rx + tx, software: io.read + io.written };
    },
  };
};
