import { existsSync } from 'node:fs';
import { EnvironmentError, UsageError } from '../errors/families.js';
import { backendOf, functionsOf, type Lab } from '../model/lab.js';
import type { ReadLab } from './read-lab.js';

function vdpaDevices(lab: Lab): string[] {
  return lab.machines.flatMap(({ nics }) =>
    nics.flatMap((nic) =>
      functionsOf(nic).flatMap((pciFunction) => {
        const backend = backendOf(nic, pciFunction);
        return backend?.type === 'vdpa' && backend.of === null ? [backend.device] : [];
      }),
    ),
  );
}

/**
 * Throws, before anything is fetched or made, when a lab asks for what cannot be had here: UsageError for machines inside machines,
 * EnvironmentError for a vDPA device that is not there.
 */
export function assertCanRunHere(lab: Lab, file: string): void {
  const nested = lab.machines.find(({ on }) => on !== null);
  if (nested !== undefined) {
    throw new UsageError({
      code: 'LAB-UP-NESTED',
      message: `machine ${nested.name} runs on machine ${nested.on ?? ''}; this version renders and draws such labs, and cannot bring them up`,
      location: { file },
      hint: 'lab render writes its artefacts and lab graph draws it; leave `on` out to run the machine on this computer',
    });
  }
  const missing = vdpaDevices(lab).find((device) => !existsSync(device));
  if (missing !== undefined) {
    throw new EnvironmentError({
      code: 'LAB-ENV-VDPA',
      message: `this computer has no vDPA device ${missing}`,
      location: { file },
      hint: 'make one: modprobe vhost_vdpa, then `vdpa dev add name NAME mgmtdev DEVICE`; `ls /dev/vhost-vdpa-*` shows those there are',
    });
  }
}

/** Throws UsageError for a lab that QEMU must refuse: it can be tested, not brought up. */
export function assertIsToWork({ lab, file }: ReadLab): void {
  if (lab.expect === 'works') return;
  throw new UsageError({
    code: 'LAB-UP-REFUSED',
    message: `QEMU is expected to refuse lab ${lab.name}, so there is nothing to bring up`,
    location: { file },
    hint: `prove that it does: lab test ${lab.name}`,
  });
}
