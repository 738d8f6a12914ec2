import { benchServices } from '../bench/services.js';
import { findCheck } from '../checks/runs.js';
import { findByName, type Lab, type Machine } from '../model/lab.js';
import type { Service, ServicePlace } from '../model/service.js';
import { checkTarget } from './check-target.js';
import { controlPlaneServices } from './cluster/control-plane.js';
import { acceleratorAt, type Accelerators } from './limits.js';

/** The machine that a place is in; null: this computer. */
export function machineAt(place: ServicePlace, { machines }: Lab): Machine | null {
  return typeof place === 'object' && 'machine' in place ? findByName(machines, place.machine) : null;
}

/** The programs of the lab's control plane; none for a lab without a cluster. `programs`: a digest of what they are run from. */
export function clusterServices(lab: Lab, programs: string, accelerators: Accelerators): Service[] {
  const { kubernetes } = lab;
  if (kubernetes === null) return [];
  const machine = machineAt(kubernetes.controlPlane.on, lab);
  return controlPlaneServices(kubernetes, {
    programs,
    emulated: machine !== null && acceleratorAt(machine, accelerators) === 'tcg',
    emulatedNodes: Object.values(accelerators).includes('tcg'),
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
