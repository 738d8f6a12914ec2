import { backendOf, findByName, functionById, type Lab } from '../model/lab.js';

/** The tap on this computer where a function's packets come out, through all outer machines; undefined if there is none. */
export function outermostTap(lab: Lab, machineName: string, functionId: string): string | undefined {
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
