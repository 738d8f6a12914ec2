import { baseNames, componentNames, versionedComponents } from '../../images/names.js';
import type { Problem } from '../../errors/lab-error.js';
import type { ComponentFile } from '../../model/lab-file.js';
import type { Path } from '../load.js';
import { writtenComponent } from '../resolve-images.js';
import { unknownName, type Locator, type Rule } from './rule.js';

function* componentProblems(written: ComponentFile, path: Path, at: Locator): Iterable<Problem> {
  const location = at.locate(path);
  if (typeof written !== 'string' && Object.keys(written).length !== 1) {
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: 'each entry of `components` names one component',
      hint: 'write one list entry for each component',
      location,
    };
    return;
  }
  const [name, version] = writtenComponent(written);
  if (!componentNames.some((known) => known === name)) {
    yield { code: 'LAB-RULE-COMPONENT', ...unknownName('component', name, componentNames), location };
  } else if (version !== null && !versionedComponents.includes(name)) {
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: `the version of ${name} is that of the distribution’s package`,
      hint: `leave the version out; it can be chosen for: ${versionedComponents.join(', ')}`,
      location,
    };
  }
}

/** A component twice would be one layer over another that is the same. */
function* repeated(components: readonly ComponentFile[], path: Path, at: Locator): Iterable<Problem> {
  const names = components.map((written) => writtenComponent(written)[0]);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    yield {
      code: 'LAB-RULE-COMPONENT',
      message: `${name} is among the components already`,
      hint: 'name it once',
      location: at.locate([...path, index]),
    };
  }
}

export const imagesAreMadeOfWhatThereIs: Rule = function* (lab, at) {
  for (const [name, { base, components = [] }] of Object.entries(lab.images ?? {})) {
    const path = ['images', name];
    if (!baseNames.some((known) => known === base)) {
      const location = at.locate([...path, 'base']);
      yield { code: 'LAB-RULE-BASE', ...unknownName('base', base, baseNames), location };
    }
    for (const [index, written] of components.entries())
      yield* componentProblems(written, [...path, 'components', index], at);
    yield* repeated(components, [...path, 'components'], at);
  }
};
