import { readLinkBytes } from '../checks/link-counters.js';
import { outermostTap } from '../checks/outermost-tap.js';
import { readQemuIo } from '../checks/qemu-io.js';
import { UsageError } from '../errors/families.js';
import type { Bench } from '../model/bench.js';
import { backendOf, findByName, functionById, type Lab } from '../model/lab.js';
import type { Chatter, PathHosts, PathObserver } from './path.js';

/** Creates the observer for one kind of backend; undefined if the bench's functions have other backends. */
type PathFinder = (lab: Lab, bench: Bench, hosts: PathHosts) => Promise<PathObserver | undefined>;

/** Allows for ARP requests, which reach every port of a bridge. */
export const TAP_CHATTER = { bytes: 16_384, share: 0.01 } as const;

/** Allows for what a node's kubelet and the API server say to each other, beside ARP. */
export const NODE_CHATTER = { bytes: 65_536, share: 0.01 } as const;

/** Allows for the guest agent's traffic and for interrupts (eight bytes each), which QEMU reads and writes too. */
const QEMU_CHATTER = { bytes: 262_144, share: 0.1 } as const;

function isVdpa(lab: Lab, machine: string, functionId: string): boolean {
  const { nic, pciFunction } = functionById(findByName(lab.machines, machine), functionId);
  return backendOf(nic, pciFunction)?.type === 'vdpa';
}

/**
 * For vDPA compared with QEMU's own data path. The offloaded function's packets come out at its tap on this computer, and QEMU reads and
 * writes only those of the other function. (The check vdpa-path reads the same counters.)
 */
const vdpaPath: PathFinder = async (lab, bench, hosts) => {
  const { machine, offload, software } = bench;
  const tap = outermostTap(lab, machine, offload.function);
  if (tap === undefined || !isVdpa(lab, machine, offload.function)) return undefined;
  if (isVdpa(lab, machine, software.function)) return undefined;
  const { host, process } = await hosts.qemu(machine);
  return {
    chatter: { offload: TAP_CHATTER, software: QEMU_CHATTER },
    places: { offload: `tap ${tap}`, software: `QEMU of ${machine}` },
    read: async () => {
      const { rx, tx } = (await readLinkBytes(hosts.namespace)).get(tap) ?? { rx: 0, tx: 0 };
      const io = await readQemuIo(host, process);
      return { offload: rx + tx, software: io.read + io.written };
    },
  };
};

/** What a tap counts beside the payload. */
function chatterAt({ kubernetes }: Lab, machine: string, functionId: string): Chatter {
  const node = kubernetes?.nodes.find((one) => one.machine === machine);
  return node?.uplink === functionId ? NODE_CHATTER : TAP_CHATTER;
}

/** For two functions that both come out at taps of this computer. */
const tapPath: PathFinder = async (lab, bench, { namespace }) => {
  const { machine } = bench;
  const offload = outermostTap(lab, machine, bench.offload.function);
  const software = outermostTap(lab, machine, bench.software.function);
  if (offload === undefined || software === undefined) return Promise.resolve(undefined);
  return Promise.resolve({
    chatter: {
      offload: chatterAt(lab, machine, bench.offload.function),
      software: chatterAt(lab, machine, bench.software.function),
    },
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

/** Finds the counters outside the machine. Throws UsageError if none sees the packets of both functions. */
export async function findPath(lab: Lab, bench: Bench, hosts: PathHosts): Promise<PathObserver> {
  for (const finder of [vdpaPath, tapPath]) {
    const found = await finder(lab, bench, hosts);
    if (found !== undefined) return found;
  }
  throw new UsageError({
    code: 'LAB-BENCH-PATH',
    message: `no counter outside ${bench.machine} sees the packets of both ${bench.offload.function} and ${bench.software.function}`,
    hint: 'choose functions that both lead to taps of the lab: a comparison proves nothing if its paths cannot be told apart',
  });
}
