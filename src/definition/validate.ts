import type { Problem } from '../errors/lab-error.js';
import type { LabFile } from '../model/lab-file.js';
import type { Definition } from './load.js';
import { refuseFor } from './refuse.js';
import { prune } from './prune.js';
import { findRuleProblemsInRest } from './rule-problems.js';
import { findRuleProblems } from './rules/rules.js';
import { labShape } from './shape.js';
import { findShapeProblems } from './shape-problems.js';

/** With more than this gone there is enough to mend, and not enough left to say more about. */
const MAX_GONE = 500;

function findProblems(definition: Definition): Problem[] {
  const shape = findShapeProblems(definition);
  const rest = prune(definition.value);
  if (rest === undefined || rest.gone.length > MAX_GONE) return shape;
  return [...shape, ...findRuleProblemsInRest(rest, definition)];
}

/**
 * Checks a definition's shape and rules and returns it typed. Throws DefinitionError with every problem at once,
 * in the order in which they stand in the file. Where the shape is wrong, the rules look at what is left of it.
 */
export function validateDefinition(definition: Definition): LabFile {
  const parsed = labShape.safeParse(definition.value);
  refuseFor(
    parsed.success ? findRuleProblems(parsed.data, definition) : findProblems(definition),
    definition.file,
  );
  return parsed.data as LabFile;
}
