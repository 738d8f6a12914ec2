import type { Problem } from '../errors/lab-error.js';

/** The problems by their place in the file; what is wrong in two ways of looking at it is told once. */
export function onceInOrder(problems: readonly Problem[]): Problem[] {
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
