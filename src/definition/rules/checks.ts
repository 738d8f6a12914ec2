import { checkNames, isCheckName, specOf, type CheckName } from '../../checks/catalog.js';
import { allowedValues } from '../../checks/spec.js';
import type { Problem } from '../../errors/lab-error.js';
import type { LabFile } from '../../model/lab-file.js';
import { unknownName, type Locator, type Rule } from './rule.js';

export const checksExist: Rule = function* (lab, at) {
  for (const [index, check] of (lab.checks ?? []).entries()) {
    const entries = typeof check === 'string' ? [[check, null] as const] : Object.entries(check);
    const location = at.locate(['checks', index]);
    if (entries.length !== 1) {
      yield {
        code: 'LAB-RULE-CHECK',
        message: 'each entry of `checks` names one check',
        hint: 'write one list entry for each check',
        location,
      };
      continue;
    }
    for (const [name, parameters] of entries) {
      if (!isCheckName(name)) {
        yield { code: 'LAB-RULE-CHECK', ...unknownName('check', name, checkNames), location };
        continue;
      }
      yield* parameterProblems(name, parameters ?? {}, index, lab, at);
    }
  }
};

function* parameterProblems(
  check: CheckName,
  parameters: Readonly<Record<string, number | string>>,
  index: number,
  lab: LabFile,
  at: Locator,
): Iterable<Problem> {
  const known = specOf(check).parameters.shape;
  for (const [key, value] of Object.entries(parameters)) {
    const path = ['checks', index, check, key];
    const location = at.locate(path);
    if (key === 'machine') {
      const machines = Object.keys(lab.machines);
      if (!machines.includes(String(value)))
        yield { code: 'LAB-RULE-MACHINE', ...unknownName('machine', String(value), machines), location };
      continue;
    }
    const parameter = known[key];
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
        location,
      };
    }
  }
}
