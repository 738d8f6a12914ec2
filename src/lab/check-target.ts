import type { CheckTarget } from '../checks/check.js';
import { findByName, functionById, type CheckRequest, type Lab } from '../model/lab.js';

/** A check's request, with the machine and the NIC that it names. */
export function checkTarget(lab: Lab, request: CheckRequest): CheckTarget {
  if (request.on === null) return clusterTarget(lab, request);
  const machine = findByName(lab.machines, request.on.machine);
  return { lab, machine, nic: findByName(machine.nics, request.on.nic), request };
}

function clusterTarget(lab: Lab, request: CheckRequest): CheckTarget {
  const [node] = lab.kubernetes?.nodes ?? [];
  if (node === undefined)
    throw new Error(`${request.check} is about a cluster, and lab ${lab.name} has none`);
  const machine = findByName(lab.machines, node.machine);
  return { lab, machine, nic: functionById(machine, node.uplink).nic, request };
}
