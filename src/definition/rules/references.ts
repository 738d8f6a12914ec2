import { nicModelNames } from '../../devices/catalog.js';
import type { Problem } from '../../errors/lab-error.js';
import { imageNames } from '../../images/names.js';
import { ROOT_BUS } from '../buses.js';
import type { Path } from '../load.js';
import {
  eachBackend,
  eachFunction,
  eachNic,
  networkOf,
  unknownName,
  type Locator,
  type Rule,
} from './rule.js';

interface Reference {
  readonly name: string;
  readonly path: Path;
}

function* unknown(
  code: Problem['code'],
  kind: string,
  references: Iterable<Reference>,
  known: readonly string[],
  at: Locator,
): Iterable<Problem> {
  for (const { name, path } of references) {
    if (!known.includes(name)) yield { code, ...unknownName(kind, name, known), location: at.locate(path) };
  }
}

export const networksExist: Rule = function* (lab, at) {
  const references: Reference[] = Object.entries(lab.peers ?? {}).map(([name, { network }]) => ({
    name: network,
    path: ['peers', name, 'network'],
  }));
  for (const { backend, path } of eachBackend(lab)) {
    const name = networkOf(backend);
    if (name !== undefined) references.push({ name, path: [...path, 'tap'] });
  }
  yield* unknown('LAB-RULE-NETWORK', 'network', references, Object.keys(lab.networks ?? {}), at);
};

export const modelsExist: Rule = function* (lab, at) {
  const references: Reference[] = [];
  for (const { nic, path } of eachNic(lab)) {
    if (nic.model !== undefined) references.push({ name: nic.model, path: [...path, 'model'] });
  }
  for (const { kind, written, at: place } of eachFunction(lab)) {
    if (kind !== 'pf' && written.model !== undefined)
      references.push({ name: written.model, path: [...place, 'model'] });
  }
  yield* unknown('LAB-RULE-MODEL', 'NIC model', references, nicModelNames(), at);
};

export const imagesExist: Rule = function* (lab, at) {
  const references = Object.entries(lab.machines).flatMap(([name, { image }]) =>
    image === undefined ? [] : [{ name: image, path: ['machines', name, 'image'] }],
  );
  const known = [...Object.keys(lab.images ?? {}), ...imageNames];
  yield* unknown('LAB-RULE-IMAGE', 'image', references, known, at);
};

export const busesExist: Rule = function* (lab, at) {
  for (const { machine, nic, path } of eachNic(lab)) {
    const known = [...Object.keys(lab.machines[machine]?.buses ?? {}), ROOT_BUS];
    const references: Reference[] = nic.bus === undefined ? [] : [{ name: nic.bus, path: [...path, 'bus'] }];
    yield* unknown('LAB-RULE-BUS', 'bus', references, known, at);
  }
  for (const { machine, kind, written, at: place } of eachFunction(lab)) {
    if (kind === 'pf' || written.bus === undefined) continue;
    const known = [...Object.keys(lab.machines[machine]?.buses ?? {}), ROOT_BUS];
    yield* unknown('LAB-RULE-BUS', 'bus', [{ name: written.bus, path: [...place, 'bus'] }], known, at);
  }
};
