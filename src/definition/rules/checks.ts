import { checkNames, isCheckName, specOf, type CheckName } from '../../checks/catalog.js';
import { allowedValues } from '../../checks/spec.js';
import type { Problem } from '../../errors/lab-error.js';
import type { DraftCheck } from '../draft.js';
import { machineNamed } from '../relations.js';
import { namesOf, unknownName, type Locator, type Rule } from './rule.js';

export const checksExist: Rule = function* (draft, at) {
  for (const check of draft.checks) {
    const { name, machine, path } = check;
    if (!isCheckName(name)) {
      yield {
        code: 'LAB-RULE-CHECK',
        ...unknownName('check', name, checkNames),
        location: at.locate(path),
      };
      continue;
    }
    if (machine !== null && specOf(name).scope === 'cluster') {
      yield {
        code: 'LAB-RULE-PARAMETER',
        message: `${name} has no parameter \`machine\``,
        hint: 'leave it out: the check is about the whole cluster, and runs once',
        location: at.locate([...path, name, 'machine'], { key: true }),
      };
      continue;
    }
    if (machine !== null && machineNamed(draft, machine) === undefined) {
      yield {
        code: 'LAB-RULE-MACHINE',
        ...unknownName('machine', machine, namesOf(draft.machines)),
        location: at.locate([...path, name, 'machine']),
      };
    }
    yield* parameterProblems(name, check, at);
  }
};

function* parameterProblems(
  check: CheckName,
  { values, path: entry }: DraftCheck,
  at: Locator,
): Iterable<Problem> {
  const known = specOf(check).parameters.shape;
  for (const [key, value] of Object.entries(values)) {
    const path = [...entry, check, key];
    const parameter = Object.hasOwn(known, key) ? known[key] : undefined;
    if (parameter === undefined) {
      yield {
        code: 'LAB-RULE-PARAMETER',
        ...unknownName('parameter', key, ['machine', ...Object.keys(known)]),
        message: `${check} has no parameter \`${key}\``,
        location: at.locate(path, { key: true }),
      };
    } else if (!parameter.safeParse(value).success) {
      yield {
        code: 'LAB-RULE-PARAMETER',
        message: `\`${key}\` of ${check} is ${JSON.stringify(value)}`,
        hint: `it must be ${allowedValues(parameter)}`,
        location: at.locate(path),
      };
    }
  }
}
