import { benchServices } from '../bench/services.js';
import { findCheck } from '../checks/runs.js';
import type { Lab } from '../model/lab.js';
import type { Service } from '../model/service.js';
import { checkTarget } from './artefacts.js';

/** The services that the lab's checks and bench need at the far ends, each once. */
export function servicesOf(lab: Lab): Service[] {
  const wanted = [
    ...lab.checks.flatMap((request) => findCheck(request.check).services?.(checkTarget(lab, request)) ?? []),
    ...(lab.bench === null ? [] : benchServices(lab, lab.bench)),
  ];
  return [...new Map(wanted.map((service) => [service.name, service])).values()];
}
