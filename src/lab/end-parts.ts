import type { ServicePlace } from '../model/service.js';
import { kindNamed } from './parts/kinds.js';
import { NAMESPACE } from './parts/namespace.js';
import { keyOf, type PartKey, type PartPlace, type RecordedPart } from './record.js';
import type { Site } from './site.js';

/**
 * Ends parts of a lab, each before the parts that it needs. `there`: the parts that still exist. A part in a place that is gone, or
 * that ends too, disappears with it. Changes to this computer itself are undone last.
 */
export async function endParts(
  parts: readonly RecordedPart[],
  site: Site,
  there: ReadonlySet<PartKey>,
): Promise<void> {
  const ending = new Set(parts.map(keyOf));
  const stays = (key: PartKey): boolean => there.has(key) && !ending.has(key);
  const isReachable = (place: PartPlace): place is ServicePlace => {
    if (place === 'computer' || !stays(NAMESPACE)) return false;
    return typeof place === 'string' || !('machine' in place) || stays(`machine ${place.machine}`);
  };
  const lastFirst = [...parts].reverse();
  const ordered = [
    ...lastFirst.filter(({ place }) => place !== 'computer'),
    ...lastFirst.filter(({ place }) => place === 'computer'),
  ];
  for (const part of ordered) {
    const host = isReachable(part.place) ? await site.host(part.place) : null;
    await kindNamed(part.kind).down(part, site, host);
  }
}
