import { benchServices } from '../bench/services.js';
import { findCheck } from '../checks/catalog.js';
import type { Lab } from '../model/lab.js';
import type { Service } from '../model/service.js';
import { checkTarget } from './artefacts.js';

/** What the checks and the bench of a lab need at the other ends. Several may ask for the same service. */
export function servicesOf(lab: Lab): Service[] {
  const wanted = [
    ...lab.checks.flatMap((request) => findCheck(request.check).services?.(checkTarget(lab, request)) ?? []),
    ...(lab.bench === null ? [] : benchServices(lab, lab.bench)),
  ];
  return [...new Map(wanted.map((service) => [service.name, service])).values()];
}
