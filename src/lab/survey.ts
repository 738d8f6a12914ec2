import { existsSync } from 'node:fs';
import { isHolderAlive } from '../hosts/namespace.js';
import { isPaused } from '../qemu/run-state.js';
import { pausedError } from './paused-error.js';
import { kindNamed } from './parts/kinds.js';
import {
  isOfThisVersion,
  keyOf,
  type LabFolder,
  type LabRecord,
  type PartKey,
  type RecordedPart,
} from './record.js';
import { Site } from './site.js';

/** What is found of a lab. */
export interface Survey {
  /** The recorded parts that still exist. */
  readonly there: ReadonlySet<PartKey>;
  /** The machines that stand still until they are told to go on, with those inside them. */
  readonly paused: ReadonlySet<string>;
}

/** The machine that a part is in; null for one that is elsewhere. */
function machineAround({ place }: RecordedPart): string | null {
  return typeof place === 'object' && 'machine' in place ? place.machine : null;
}

async function standsStill({ kind, name }: RecordedPart, { channels }: Site): Promise<boolean> {
  if (kind !== 'machine' || !existsSync(channels.socket(name, 'qmp'))) return false;
  return isPaused(channels.to(name, 'qmp'));
}

/**
 * Looks for the recorded parts. Parts inside a machine are looked for in that machine; if it does not answer, they count as gone. Those in
 * one that is paused count as they are recorded: nobody can ask it. A part that needs another one that is gone or half done counts as
 * gone.
 */
async function survey(site: Site): Promise<Survey> {
  const there = new Set<PartKey>();
  const paused = new Set<string>();
  const { record } = site;
  if (!isOfThisVersion(record) || record.holder === null || !isHolderAlive(record.holder))
    return { there, paused };
  const ready = new Set(record.parts.filter(({ state }) => state === 'ready').map(keyOf));
  for (const part of record.parts) {
    if (!part.needs.every((need) => there.has(need) && ready.has(need))) continue;
    const around = machineAround(part);
    if (around !== null && paused.has(around)) {
      there.add(keyOf(part));
      if (part.kind === 'machine') paused.add(part.name);
      continue;
    }
    const exists = await kindNamed(part.kind)
      .isThere(part, site)
      .catch(() => false);
    if (!exists) continue;
    there.add(keyOf(part));
    if (await standsStill(part, site)) paused.add(part.name);
  }
  return { there, paused };
}

/** Looks for the parts of a record. */
export async function surveyOf(folder: LabFolder, record: LabRecord | undefined): Promise<Survey> {
  if (record === undefined) return { there: new Set(), paused: new Set() };
  const site = new Site(folder, record);
  try {
    return await survey(site);
  } finally {
    await site.close();
  }
}

/** Throws StateError if a machine of the lab is paused: nothing can be asked of it, so nothing can be brought up to date. */
export function assertGoesOn({ paused }: Survey, lab: string): void {
  const [machine] = paused;
  if (machine !== undefined) throw pausedError(machine, lab);
}
