import { shapeIssues, valueAt, type PlacedIssue } from './issues.js';
import type { Path } from './load.js';

/** A definition in which names that are none have stand-ins, so that what they name can be looked at as well. */
interface Renamed {
  readonly value: unknown;
  /** The names that are none, where they are written. */
  readonly wrong: readonly PlacedIssue[];
  /** The path in the definition as written. */
  readonly original: (path: Path) => Path;
}

/** Gives the names that are none stand-ins, from the outside in. */
export function withoutWrongNames(written: unknown): Renamed {
  const value = structuredClone(written);
  const names = new Map<string, string>();
  const wrong: PlacedIssue[] = [];
  const original = (path: Path): Path => path.map((part) => names.get(String(part)) ?? part);
  for (;;) {
    const found = shapeIssues(value).filter(({ issue }) => issue.code === 'invalid_key');
    if (found.length === 0) return { value, wrong, original };
    for (const { issue, path } of found) {
      wrong.push({ issue, path: original(path) });
      rename(value, path, names);
    }
  }
}

function rename(value: unknown, path: Path, names: Map<string, string>): void {
  const owner = valueAt(value, path.slice(0, -1)) as Record<string, unknown>;
  const name = String(path.at(-1));
  // An alias may have brought it to several places: once is enough.
  if (!Object.hasOwn(owner, name)) return;
  const standIn = `x-stand-${names.size.toString(36)}`;
  owner[standIn] = owner[name];
  Reflect.deleteProperty(owner, name);
  names.set(standIn, name);
}
