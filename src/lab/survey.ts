import { isHolderAlive } from '../hosts/namespace.js';
import { kindNamed } from './parts/kinds.js';
import { isOfThisVersion, keyOf, type LabFolder, type LabRecord, type PartKey } from './record.js';
import { Site } from './site.js';

/**
 * The recorded parts that still exist. Parts inside a machine are looked for in that machine; if it does not answer, they count as gone.
 * So does a part that needs another one that is gone or half done.
 */
export async function survey(site: Site): Promise<ReadonlySet<PartKey>> {
  const there = new Set<PartKey>();
  const { record } = site;
  if (!isOfThisVersion(record) || record.holder === null || !isHolderAlive(record.holder)) return there;
  const ready = new Set(record.parts.filter(({ state }) => state === 'ready').map(keyOf));
  for (const part of record.parts) {
    if (!part.needs.every((need) => there.has(need) && ready.has(need))) continue;
    if (
      await kindNamed(part.kind)
        .isThere(part, site)
        .catch(() => false)
    )
      there.add(keyOf(part));
  }
  return there;
}

/** The parts of a record that still exist. */
export async function partsThere(
  folder: LabFolder,
  record: LabRecord | undefined,
): Promise<ReadonlySet<PartKey>> {
  if (record === undefined) return new Set();
  const site = new Site(folder, record);
  try {
    return await survey(site);
  } finally {
    await site.close();
  }
}
