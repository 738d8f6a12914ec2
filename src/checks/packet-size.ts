import { backendOf, findByName, functionById, type Lab } from '../model/lab.js';

/** Bytes of the headers of IPv4 and ICMP. */
const HEADER_BYTES = 28;
/** QEMU's user network (slirp, IF_MTU_DEFAULT). */
const USER_MTU = 1500;

/** The MTUs that the packets of a function meet, its own first: those of its network, and of what leads out of each machine around it. */
export function mtusOf(lab: Lab, machineName: string, functionId: string): number[] {
  const machine = findByName(lab.machines, machineName);
  const { nic, pciFunction } = functionById(machine, functionId);
  const backend = backendOf(nic, pciFunction);
  const own = pciFunction.backend === null ? [pciFunction.mtu, nic.pf.mtu] : [pciFunction.mtu];
  const outside = (through: string | null): number[] =>
    machine.on === null || through === null ? [] : mtusOf(lab, machine.on, through);
  switch (backend?.type) {
    case undefined:
      return own;
    case 'user':
      return [...own, USER_MTU];
    case 'tap': {
      const { mtu, uplink } = findByName(lab.networks, backend.network);
      return [...own, mtu, ...outside(uplink)];
    }
    case 'vdpa':
      return [...own, ...outside(backend.of)];
  }
}

/** Like fittingSize, for several ways at once. */
export function sizeThatFitsAll(size: number, ways: readonly (readonly number[])[]): number {
  return Math.min(size, ...ways.map((mtus) => fittingSize(size, mtus)));
}

/**
 * The payload of a ping, `size` bytes or less, that passes everywhere. If all MTUs are the same, larger packets go in fragments. If they
 * are not, one end would send what the other, or the network between them, drops.
 */
export function fittingSize(size: number, mtus: readonly number[]): number {
  const smallest = Math.min(...mtus);
  return mtus.every((mtu) => mtu === smallest) ? size : Math.min(size, smallest - HEADER_BYTES);
}
