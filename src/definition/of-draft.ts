import type { Draft } from './draft.js';

/**
 * Something that is computed from a draft once, when it is asked for first: a draft does not change. Questions about one part of a draft look
 * things up in it, so that a definition of a thousand machines takes ten times as long as one of a hundred.
 */
export function ofDraft<T>(compute: (draft: Draft) => T): (draft: Draft) => T {
  const known = new WeakMap<Draft, { readonly value: T }>();
  return (draft) => {
    const entry = known.get(draft) ?? { value: compute(draft) };
    known.set(draft, entry);
    return entry.value;
  };
}

/** Parts by a key, in their order. */
export function groupedBy<T, K>(parts: readonly T[], keyOf: (part: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const part of parts) {
    const group = groups.get(keyOf(part));
    if (group === undefined) groups.set(keyOf(part), [part]);
    else group.push(part);
  }
  return groups;
}
