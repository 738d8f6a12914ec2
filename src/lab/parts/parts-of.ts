import { machinesAround } from '../../model/lab.js';
import type { PreparedLab } from '../prepare.js';
import { servicesOf } from '../services.js';
import { functionsParts } from './functions.js';
import { insideParts } from './inside.js';
import { machinePart } from './machine.js';
import { namespacePart } from './namespace.js';
import { networkPart } from './network.js';
import type { Part } from './part.js';
import { servicePart } from './service.js';

/** Everything that has to exist for a lab to be up, each part after those that it needs. */
export function partsOf(prepared: PreparedLab): Part[] {
  const { lab, artefacts } = prepared;
  const outermostFirst = [...lab.machines].sort(
    (one, other) => machinesAround(lab, one).length - machinesAround(lab, other).length,
  );
  return [
    namespacePart(),
    ...functionsParts(artefacts),
    networkPart(artefacts),
    ...outermostFirst.flatMap((machine) => [
      machinePart(prepared, machine),
      ...insideParts(prepared, machine),
    ]),
    ...servicesOf(lab).map((service) => servicePart(prepared, service)),
  ];
}
