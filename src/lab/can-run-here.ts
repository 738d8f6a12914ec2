import { existsSync } from 'node:fs';
import { EnvironmentError, UsageError } from '../errors/families.js';
import type { BackendFacts } from '../devices/backends.js';
import {
  backendOf,
  functionsOf,
  machinesOn,
  type Backend,
  type Lab,
  type VdpaBackend,
} from '../model/lab.js';
import type { ReadLab } from '../definition/read-lab.js';

function backendsOf(lab: Lab): Backend[] {
  return machinesOn(lab, null).flatMap(({ nics }) =>
    nics.flatMap((nic) => functionsOf(nic).flatMap((pciFunction) => backendOf(nic, pciFunction) ?? [])),
  );
}

function assertVdpaDevices(lab: Lab, file: string): void {
  const missing = backendsOf(lab).find(
    (backend): backend is VdpaBackend =>
      backend.type === 'vdpa' && backend.of === null && !existsSync(backend.device),
  );
  if (missing === undefined) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-VDPA',
    message: `this computer has no vDPA device ${missing.device}`,
    location: { file },
    hint: 'create it: modprobe vhost_vdpa, then `vdpa dev add name NAME mgmtdev DEVICE`; `ls /dev/vhost-vdpa-*` lists the existing ones',
  });
}

function assertVhostNet(lab: Lab, file: string, vhostNet: boolean): void {
  const wanted = backendsOf(lab).some((backend) => backend.type === 'tap' && backend.vhost === 'on');
  if (!wanted || vhostNet) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-VHOST',
    message: 'the lab requires vhost-net (`vhost: on`), but /dev/vhost-net cannot be opened',
    location: { file },
    hint: 'load the module (modprobe vhost_net) and give your user access to the device, or write `vhost: auto`',
  });
}

/**
 * Throws EnvironmentError, before anything is fetched or created, if a lab needs something that this computer lacks: a vDPA device,
 * or vhost-net.
 */
export function assertCanRunHere(lab: Lab, file: string, facts: BackendFacts): void {
  assertVdpaDevices(lab, file);
  assertVhostNet(lab, file, facts.vhostNet);
}

/** Throws UsageError for a lab that QEMU must refuse: you can test it, but not bring it up. */
export function assertIsToWork({ lab, file }: Pick<ReadLab, 'lab' | 'file'>): void {
  if (lab.expect === 'works') return;
  throw new UsageError({
    code: 'LAB-UP-REFUSED',
    message: `QEMU is expected to refuse lab ${lab.name}, so there is nothing to bring up`,
    location: { file },
    hint: `test it instead: lab test ${lab.name}`,
  });
}

/** Throws EnvironmentError if this process may not change the computer's own PCI functions. */
export function assertIsRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-ROOT',
    message: 'only root can create VFs and vDPA devices on this computer itself',
    hint: 'run the command with sudo; without --server, a VM stands in for the server and no root is needed',
  });
}
