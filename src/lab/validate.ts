import { DefinitionError } from '../errors/families.js';
import type { Problem } from '../errors/lab-error.js';
import type { LabFile } from '../model/lab-file.js';
import type { Definition } from './load.js';
import { prune } from './prune.js';
import { findRuleProblemsInRest } from './rule-problems.js';
import { findRuleProblems } from './rules/rules.js';
import { labShape } from './shape.js';
import { findShapeProblems } from './shape-problems.js';

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    (a, b) =>
      (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
      (a.location?.column ?? 0) - (b.location?.column ?? 0),
  );
}

/** One thing that is wrong in two ways of looking at it is told once. */
function once(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, message, location }) => {
    const id = JSON.stringify([code, message, location]);
    return !seen.has(id) && seen.add(id);
  });
}

function findProblems(definition: Definition): Problem[] {
  const rest = prune(definition.value);
  return [
    ...findShapeProblems(definition),
    ...(rest === undefined ? [] : findRuleProblemsInRest(rest, definition)),
  ];
}

/**
 * Checks a definition's shape and rules and returns it typed. Throws DefinitionError with every problem at once,
 * in the order in which they stand in the file. Where the shape is wrong, the rules look at what is left of it.
 */
export function validateDefinition(definition: Definition): LabFile {
  const parsed = labShape.safeParse(definition.value);
  const problems = parsed.success ? findRuleProblems(parsed.data, definition) : findProblems(definition);
  const [first, ...others] = inOrder(once(problems));
  if (first !== undefined) throw new DefinitionError([first, ...others]);
  return parsed.data as LabFile;
}
