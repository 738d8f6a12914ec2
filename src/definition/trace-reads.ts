import type { Path } from './load.js';
import { isNamed } from './prune.js';

function idOf(path: Path): string {
  return JSON.stringify(path.map(String));
}

/**
 * The same value, which tells when one of the `gone` places is looked at: a setting when it is read, something with a
 * name also when the names around it are listed.
 */
export function traceReads<T>(value: T, gone: readonly Path[], onRead: (place: Path) => void): T {
  const byOwner = new Map<string, Map<string, Path>>();
  for (const place of gone) {
    const owner = idOf(place.slice(0, -1));
    const watched = byOwner.get(owner) ?? new Map<string, Path>();
    byOwner.set(owner, watched.set(String(place.at(-1)), place));
  }
  const wrap = (inner: unknown, path: Path): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner;
    const watched = byOwner.get(idOf(path));
    return new Proxy(inner, {
      get: (target, key) => {
        const found: unknown = Reflect.get(target, key);
        if (typeof key === 'symbol') return found;
        const place = watched?.get(key);
        if (place !== undefined) onRead(place);
        return wrap(found, [...path, key]);
      },
      ownKeys: (target) => {
        for (const place of watched?.values() ?? []) if (isNamed(place)) onRead(place);
        return Reflect.ownKeys(target);
      },
    });
  };
  return wrap(value, []) as T;
}
