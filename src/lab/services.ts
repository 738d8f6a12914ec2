import { benchServices } from '../bench/services.js';
import { findCheck } from '../checks/runs.js';
import type { Lab } from '../model/lab.js';
import type { Service } from '../model/service.js';
import { checkTarget } from './artefacts.js';
import { controlPlaneServices } from './cluster/control-plane.js';
import type { PreparedLab } from './prepare.js';

/** The programs of the lab's control plane. */
export function clusterServices({
  cluster,
  acceleration,
  accelerationInside,
}: Pick<PreparedLab, 'cluster' | 'acceleration' | 'accelerationInside'>): Service[] {
  if (cluster === null) return [];
  return controlPlaneServices(cluster.kubernetes, {
    programs: cluster.programs.digest,
    emulated: [acceleration, accelerationInside].some(({ accelerator }) => accelerator === 'tcg'),
  });
}

/** The services that the lab's checks and bench need at the far ends, each once. */
export function servicesOf(lab: Lab): Service[] {
  const wanted = [
    ...lab.checks.flatMap((request) => findCheck(request.check).services?.(checkTarget(lab, request)) ?? []),
    ...(lab.bench === null ? [] : benchServices(lab, lab.bench)),
  ];
  return [...new Map(wanted.map((service) => [service.name, service])).values()];
}
