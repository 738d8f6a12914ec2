import { distance } from 'fastest-levenshtein';

/** Fewer letters say too little of what was meant. */
const MIN_BEGINNING = 3;

/** Letters in the wrong order are the commonest slip, and as good as one wrong letter. */
function difference(word: string, candidate: string): number {
  const letters = (text: string): string => Array.from(text).sort().join('');
  return letters(word) === letters(candidate) ? 1 : distance(word, candidate);
}

/** The word that was probably meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const close = known
    .map((candidate) => ({ candidate, far: difference(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 3)))
    // Of a word of one letter, another one says nothing.
    .filter(({ candidate, far }) => far < Math.max(lower.length, candidate.length))
    .sort((a, b) => a.far - b.far);
  const begun = lower.length < MIN_BEGINNING ? [] : known.filter((candidate) => candidate.startsWith(lower));
  return close[0]?.candidate ?? (begun.length === 1 ? begun[0] : undefined);
}

/** A hint for a word that is not among the known ones: the one that was probably meant, or `otherwise`. */
export function didYouMean(word: string, known: readonly string[], otherwise: string): string {
  const meant = nearest(word, known);
  return meant === undefined ? otherwise : `did you mean \`${meant}\`?`;
}
