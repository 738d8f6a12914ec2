import type { Location, Problem } from '../errors/lab-error.js';
import { valueAt } from './issues.js';
import type { Definition, Path } from './load.js';
import { isNamed, type Pruned } from './prune.js';
import type { Locator, Rule } from './rules/rule.js';
import { rules, rulesAboutAbsence } from './rules/rules.js';
import { traceReads } from './trace-reads.js';

/** What the rules say of the rest of a definition, without what may only follow from what is gone. */
export function findRuleProblemsInRest(rest: Pruned, definition: Definition): Problem[] {
  return rules
    .filter((rule) => !rulesAboutAbsence.has(rule))
    .flatMap((rule) => problemsByItself(rule, rest, definition));
}

/** A rule that has looked at a gone part may be mistaken about whatever that part has to do with. */
function problemsByItself(rule: Rule, rest: Pruned, definition: Definition): Problem[] {
  const missed = new Set<Path>();
  const paths = new WeakMap<Location, Path>();
  const lab = traceReads(rest.lab, rest.gone, (place) => missed.add(place));
  const at: Locator = {
    locate: (path, options) => {
      const location = { ...definition.locate(path, options) };
      paths.set(location, path);
      return location;
    },
  };
  const found = [...rule(lab, at)];
  return found.filter((problem) => {
    const path = problem.location === undefined ? [] : (paths.get(problem.location) ?? []);
    return [...missed].every((gone) => !concerns(gone, path, problem.message, definition));
  });
}

function beginsWith(path: Path, beginning: Path): boolean {
  return beginning.every((part, index) => String(path[index]) === String(part));
}

/** Whether a problem at `path` may come from a part that is gone: it is about the same thing, or names it. */
function concerns(gone: Path, path: Path, message: string, definition: Definition): boolean {
  const scope = isNamed(gone) ? gone : gone.slice(0, -1);
  if (beginsWith(path, scope) || beginsWith(gone, path)) return true;
  // Numbers in a list are no names, and would be found everywhere.
  const name = scope.findLast((part, index) => index % 2 === 1 && typeof part === 'string');
  if (name === undefined) return false;
  const texts = [message, ...textsIn(valueAt(definition.value, path.slice(0, 2)))];
  const words = texts.flatMap((text) => text.toLowerCase().split(/[^a-z0-9_-]+/));
  return words.includes(String(name).toLowerCase());
}

/** The texts that are values, not keys, anywhere in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
