import type { BenchFile } from '../model/lab-file.js';
import {
  findByName,
  functionById,
  type Bench,
  type BenchFunction,
  type Machine,
  type Peer,
} from '../model/lab.js';
import { DEFAULT_CONTAINER_SUBNET } from './defaults.js';
import type { Naming } from './resolve-nic.js';

/** A function that comes out at no network of the lab, such as one on a vDPA device of this computer, gets an address of the peer's. */
function resolveFunction(id: string, machine: Machine, peer: Peer, naming: Naming): BenchFunction {
  const { nic, pciFunction } = functionById(machine, id);
  const address = pciFunction.address ?? naming.addresses.get(peer.network)?.next('function');
  if (address === undefined) throw new Error(`no network ${peer.network}`);
  return { nic: nic.name, function: id, address };
}

/** The bench of a valid definition. */
export function resolveBench(
  written: BenchFile,
  machines: readonly Machine[],
  peers: readonly Peer[],
  naming: Naming,
): Bench {
  const machine = findByName(machines, written.machine);
  const peer = findByName(peers, written.peer);
  return {
    machine: machine.name,
    peer: peer.name,
    offload: resolveFunction(written.offload, machine, peer, naming),
    software: resolveFunction(written.software, machine, peer, naming),
    containerSubnet: written.containerSubnet ?? DEFAULT_CONTAINER_SUBNET,
  };
}
