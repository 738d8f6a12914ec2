import type { Location, Problem } from '../../errors/lab-error.js';
import type { Draft } from '../draft.js';
import type { PlaceOptions } from '../load.js';
import type { Path } from '../path.js';
import { didYouMean } from '../../model/nearest.js';

/** What rules need of a definition: the place of each part. */
export interface Locator {
  locate(path: Path, options?: PlaceOptions): Location;
}

/** A rule looks at the whole definition and yields what breaks it. */
export type Rule = (draft: Draft, at: Locator) => Iterable<Problem>;

/** The message and the hint for a name that refers to nothing. */
export function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
): Pick<Problem, 'message' | 'hint'> {
  const choice = known.length === 0 ? `define the ${kind} first` : `choose from: ${known.join(', ')}`;
  return {
    message: `there is no ${kind} \`${name}\``,
    hint: didYouMean(name, known, choice),
  };
}

export function namesOf(parts: readonly { readonly name: string }[]): string[] {
  return parts.map(({ name }) => name);
}
