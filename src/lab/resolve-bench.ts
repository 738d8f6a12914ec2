import type { BenchFile } from '../model/lab-file.js';
import {
  findByName,
  functionsOf,
  type Bench,
  type BenchFunction,
  type Machine,
  type Peer,
} from '../model/lab.js';
import { DEFAULT_CONTAINER_SUBNET } from './defaults.js';
import type { Naming } from './resolve-nic.js';

/** A function whose backend leads to no network of the lab by itself, such as a vDPA device, gets an address of the peer's network. */
function resolveFunction(id: string, machine: Machine, peer: Peer, naming: Naming): BenchFunction {
  for (const nic of machine.nics) {
    const found = functionsOf(nic).find((pciFunction) => pciFunction.id === id);
    if (found === undefined) continue;
    const address = found.address ?? naming.addresses.get(peer.network)?.next('function');
    if (address === undefined) throw new Error(`no network ${peer.network}`);
    return { nic: nic.name, function: id, address };
  }
  throw new Error(`machine ${machine.name} has no function ${id}`);
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
