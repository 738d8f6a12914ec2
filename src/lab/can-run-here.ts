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
    hint: 'make one: modprobe vhost_vdpa, then `vdpa dev add name NAME mgmtdev DEVICE`; `ls /dev/vhost-vdpa-*` shows those there are',
  });
}

function assertVhostNet(lab: Lab, file: string, vhostNet: boolean): void {
  const wanted = backendsOf(lab).some((backend) => backend.type === 'tap' && backend.vhost === 'on');
  if (!wanted || vhostNet) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-VHOST',
    message: 'the lab asks for vhost-net (`vhost: on`), and /dev/vhost-net cannot be opened',
    location: { file },
    hint: 'load the module (modprobe vhost_net) and let your user open the device, or say `vhost: auto`',
  });
}

/**
 * Throws EnvironmentError, before anything is fetched or made, when a lab asks for what cannot be had here: a vDPA device, or
 * vhost-net.
 */
export function assertCanRunHere(lab: Lab, file: string, facts: BackendFacts): void {
  assertVdpaDevices(lab, file);
  assertVhostNet(lab, file, facts.vhostNet);
}

/** Throws UsageError for a lab that QEMU must refuse: it can be tested, not brought up. */
export function assertIsToWork({ lab, file }: Pick<ReadLab, 'lab' | 'file'>): void {
  if (lab.expect === 'works') return;
  throw new UsageError({
    code: 'LAB-UP-REFUSED',
    message: `QEMU is expected to refuse lab ${lab.name}, so there is nothing to bring up`,
    location: { file },
    hint: `prove that it does: lab test ${lab.name}`,
  });
}

/** Throws EnvironmentError when this process may not change the computer's own PCI functions. */
export function assertIsRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new EnvironmentError({
    code: 'LAB-ENV-ROOT',
    message: 'VFs and vDPA devices of this computer itself can only be made by root',
    hint: 'run the command with sudo; without --server a machine stands for the server, and no root is needed',
  });
}
