import { nicModelNames } from '../../devices/catalog.js';
import type { Problem } from '../../errors/lab-error.js';
import { imageNames } from '../../images/names.js';
import { ROOT_BUS } from '../buses.js';
import type { Path } from '../path.js';
import { allBackends, allNics } from '../relations.js';
import { namesOf, unknownName, type Locator, type Rule } from './rule.js';

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
  const names = new Set(known);
  for (const { name, path } of references) {
    if (!names.has(name)) yield { code, ...unknownName(kind, name, known), location: at.locate(path) };
  }
}

export const networksExist: Rule = function* (draft, at) {
  const references = [
    ...draft.peers.map(({ network, path }) => ({ name: network, path: [...path, 'network'] })),
    ...allBackends(draft).flatMap(({ backend }) =>
      backend.type === 'tap' ? [{ name: backend.network, path: [...backend.path, 'tap'] }] : [],
    ),
  ];
  yield* unknown('LAB-RULE-NETWORK', 'network', references, namesOf(draft.networks), at);
};

export const modelsExist: Rule = function* (draft, at) {
  const references = allNics(draft)
    .flatMap((nic) => [nic, ...nic.functions.filter(({ kind }) => kind !== 'pf')])
    .flatMap(({ model, keys, path }) =>
      keys.includes('model') ? [{ name: model, path: [...path, 'model'] }] : [],
    );
  yield* unknown('LAB-RULE-MODEL', 'NIC model', references, nicModelNames(), at);
};

export const imagesExist: Rule = function* (draft, at) {
  const references = draft.machines.flatMap(({ image, path }) =>
    image === null ? [] : [{ name: image, path: [...path, 'image'] }],
  );
  yield* unknown('LAB-RULE-IMAGE', 'image', references, [...namesOf(draft.images), ...imageNames], at);
};

export const busesExist: Rule = function* (draft, at) {
  for (const { nics, buses } of draft.machines) {
    const references = nics
      .flatMap((nic) => [nic, ...nic.functions.filter(({ kind }) => kind !== 'pf')])
      .flatMap(({ bus, path }) => (bus === null ? [] : [{ name: bus, path: [...path, 'bus'] }]));
    yield* unknown('LAB-RULE-BUS', 'bus', references, [...namesOf(buses), ROOT_BUS], at);
  }
};
