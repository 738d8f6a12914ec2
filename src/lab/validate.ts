import { DefinitionError } from '../errors/families.js';
import type { Problem } from '../errors/lab-error.js';
import type { LabFile } from '../model/lab-file.js';
import type { Definition } from './load.js';
import { onceInOrder } from './once-in-order.js';
import { prune } from './prune.js';
import { findRuleProblemsInRest } from './rule-problems.js';
import { findRuleProblems } from './rules/rules.js';
import { labShape } from './shape.js';
import { findShapeProblems } from './shape-problems.js';

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
  const [first, ...others] = onceInOrder(problems);
  if (first !== undefined) throw new DefinitionError([first, ...others]);
  return parsed.data as LabFile;
}
