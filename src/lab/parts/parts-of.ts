import { machinesAround } from '../../model/lab.js';
import type { PreparedLab } from '../prepare.js';
import { clusterServices, servicesOf } from '../services.js';
import { credentialsPart } from './credentials.js';
import { functionsParts } from './functions.js';
import { insideParts } from './inside.js';
import { machinePart } from './machine.js';
import { namespacePart } from './namespace.js';
import { networkPart } from './network.js';
import { nodePart } from './node.js';
import type { Part } from './part.js';
import { servicePart } from './service.js';

/** Everything that has to exist for a lab to be up, each part after those that it needs. */
export function partsOf(prepared: PreparedLab): Part[] {
  const { lab, artefacts, cluster } = prepared;
  const outermostFirst = [...lab.machines].sort(
    (one, other) => machinesAround(lab, one).length - machinesAround(lab, other).length,
  );
  return [
    namespacePart(),
    ...functionsParts(artefacts),
    ...(cluster === null ? [] : [credentialsPart(lab.name, cluster)]),
    networkPart(artefacts),
    ...clusterServices(prepared).map((service) => servicePart(prepared, service)),
    ...outermostFirst.flatMap((machine) => [
      machinePart(prepared, machine),
      ...insideParts(prepared, machine),
    ]),
    ...servicesOf(lab).map((service) => servicePart(prepared, service)),
    ...(cluster === null ? [] : cluster.kubernetes.nodes.map((node) => nodePart(prepared, cluster, node))),
  ];
}
