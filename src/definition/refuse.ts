import { DefinitionError } from '../errors/families.js';
import type { Problem } from '../errors/lab-error.js';

/** More than anyone reads, and far less than a megabyte of nonsense has. */
const MAX_TOLD = 100;

/** The problems by their place in the file, each once: two ways of looking at it may find the same. */
function onceInOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .filter(({ code, message, location }) => {
      const id = JSON.stringify([code, message, location]);
      return !seen.has(id) && seen.add(id);
    })
    .sort(
      (a, b) =>
        (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
        (a.location?.column ?? 0) - (b.location?.column ?? 0),
    );
}

/** Throws DefinitionError with the problems, at least one; the first hundred, and the number of the others. */
export function refuse(problems: readonly Problem[], file: string): never {
  const ordered = onceInOrder(problems);
  const [first, ...others] = ordered.slice(0, MAX_TOLD);
  if (first === undefined) throw new Error(`nothing is wrong with ${file}`);
  const [untold] = ordered.slice(MAX_TOLD);
  if (untold !== undefined) {
    others.push({
      code: 'LAB-MORE',
      message: `and ${ordered.length - MAX_TOLD} more problems from here on`,
      location: untold.location ?? { file },
      hint: 'fix the problems above first',
    });
  }
  throw new DefinitionError([first, ...others]);
}

/** Throws DefinitionError with the problems, if there are any. */
export function refuseFor(problems: readonly Problem[], file: string): void {
  if (problems.length > 0) refuse(problems, file);
}
