import { machinesAround } from '../../model/lab.js';
import { acceleratorsOf } from '../limits.js';
import type { PreparedLab } from '../prepare.js';
import { keyOf } from '../record.js';
import { clusterServices, servicesOf } from '../services.js';
import { controlPlaneParts } from './control-plane.js';
import { credentialsPart } from './credentials.js';
import { functionsParts } from './functions.js';
import { insideParts } from './inside.js';
import { machinePart } from './machine.js';
import { namespacePart } from './namespace.js';
import { networkPart } from './network.js';
import { nodePart } from './node.js';
import type { Part } from './part.js';
import { servicePart } from './service.js';

/** The same parts, each after those that it needs, otherwise in their order. */
function afterTheirNeeds(parts: readonly Part[]): Part[] {
  const byKey = new Map(parts.map((part) => [keyOf(part), part]));
  const ordered = new Set<Part>();
  const place = (part: Part): void => {
    if (ordered.has(part)) return;
    for (const need of part.needs) {
      const needed = byKey.get(need);
      if (needed !== undefined) place(needed);
    }
    ordered.add(part);
  };
  parts.forEach(place);
  return [...ordered];
}

/** Everything that has to exist for a lab to be up, each part after those that it needs. */
export function partsOf(prepared: PreparedLab): Part[] {
  const { lab, artefacts, cluster } = prepared;
  const controlPlane =
    cluster === null ? [] : clusterServices(lab, cluster.programs.digest, acceleratorsOf(prepared));
  const outermostFirst = [...lab.machines].sort(
    (one, other) => machinesAround(lab, one).length - machinesAround(lab, other).length,
  );
  return afterTheirNeeds([
    namespacePart(),
    ...functionsParts(artefacts),
    ...(cluster === null ? [] : [credentialsPart(lab.name, cluster)]),
    networkPart(artefacts),
    ...(cluster === null ? [] : controlPlaneParts(prepared, cluster.kubernetes)),
    ...controlPlane.map((service) => servicePart(prepared, service)),
    ...outermostFirst.flatMap((machine) => [
      machinePart(prepared, machine),
      ...insideParts(prepared, machine),
    ]),
    ...servicesOf(lab).map((service) => servicePart(prepared, service)),
    ...(cluster === null ? [] : cluster.kubernetes.nodes.map((node) => nodePart(prepared, cluster, node))),
  ]);
}
