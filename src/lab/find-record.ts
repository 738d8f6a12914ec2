import { existsSync } from 'node:fs';
import { UsageError } from '../errors/families.js';
import { definitionPath, noSuchLab } from '../definition/locate.js';
import {
  allRecords,
  damagedRecords,
  instanceOf,
  LabFolder,
  labIds,
  labName,
  placeDigest,
  type DamagedRecord,
  type LabRecord,
} from './record.js';
import { labWords } from '../model/instance.js';
import { notUp, RunningLab } from './running-lab.js';

type Found = LabRecord | DamagedRecord;

function isSound(found: Found): found is LabRecord {
  return !('error' in found);
}

/** Ids end in a digest of the definition's path: all that is certain of a damaged record. */
function isOfPlace(found: Found, path: string): boolean {
  return isSound(found) ? found.definition === path : found.id.endsWith(placeDigest(path));
}

function nameOf(found: Found): string {
  return isSound(found) ? found.lab.name : labName(found.id);
}

/**
 * The records that LAB may mean, of whatever instance: by the path of the definition (which need not exist any more), otherwise by name or
 * by id.
 */
function meantBy(state: string, lab: string): Found[] {
  const all = [...allRecords(state), ...damagedRecords(state)];
  const path = definitionPath(lab);
  const byPlace = all.filter((one) => isOfPlace(one, path));
  if (byPlace.length > 0) return byPlace;
  return all.filter((one) => one.id === lab || nameOf(one) === lab);
}

/** Those of an instance; `null`: the one without a name. An id says itself which instance it means. */
function ofInstance<T extends { readonly id: string }>(
  found: readonly T[],
  lab: string,
  instance: string | null,
): T[] {
  return found.filter(({ id }) => id === lab || instanceOf(id) === instance);
}

/** The only one; undefined if there is none. Throws UsageError if there are several. */
function onlyOne<T extends Found>(lab: string, found: readonly T[]): T | undefined {
  if (found.length <= 1) return found[0];
  throw new UsageError({
    code: 'LAB-AMBIGUOUS',
    message: `\`${lab}\` is the name of ${found.length} labs that are up`,
    hint: `use an id instead: ${found.map(({ id }) => id).join(', ')}`,
  });
}

/** The one sound record that LAB means; undefined if there is none. Throws UsageError if LAB is ambiguous. */
export function findSoundRecord(
  state: string,
  lab: string,
  instance: string | null = null,
): LabRecord | undefined {
  return onlyOne(lab, ofInstance(meantBy(state, lab), lab, instance).filter(isSound));
}

/** The one record that LAB means; undefined if the lab is not up. Throws UsageError if LAB is ambiguous, StateError if the record is damaged. */
export function findRecord(
  state: string,
  lab: string,
  instance: string | null = null,
): LabRecord | undefined {
  const found = ofInstance(meantBy(state, lab), lab, instance);
  const sound = onlyOne(lab, found.filter(isSound));
  const damaged = found.find((one): one is DamagedRecord => !isSound(one));
  if (sound === undefined && damaged !== undefined) throw damaged.error;
  return sound;
}

/** The names of the instances of LAB that are up. */
export function instancesUp(state: string, lab: string): string[] {
  return meantBy(state, lab).flatMap(({ id }) => instanceOf(id) ?? []);
}

/** The ids of labs that are or were up and that LAB may mean. */
export function pastIds(state: string, lab: string, instance: string | null = null): string[] {
  return ofInstance(
    allPastIds(state, lab).map((id) => ({ id })),
    lab,
    instance,
  ).map(({ id }) => id);
}

function allPastIds(state: string, lab: string): string[] {
  const ids = labIds(state);
  const place = placeDigest(definitionPath(lab));
  const byPlace = ids.filter((id) => id.endsWith(place));
  return byPlace.length > 0 ? byPlace : ids.filter((id) => id === lab || labName(id) === lab);
}

/** Throws UsageError if there is no such lab at all: not up, never up, and no definition. */
export function assertKnown(state: string, lab: string): void {
  if (existsSync(definitionPath(lab)) || meantBy(state, lab).length > 0 || allPastIds(state, lab).length > 0)
    return;
  throw noSuchLab(lab, [...allRecords(state), ...damagedRecords(state)].map(nameOf));
}

/** The same as `findRecord`. Throws UsageError also if there is no such lab at all. */
export function findRecordOfKnown(
  state: string,
  lab: string,
  instance: string | null = null,
): LabRecord | undefined {
  assertKnown(state, lab);
  return findRecord(state, lab, instance);
}

/** The records of every instance of LAB. Throws UsageError if there is no such lab at all, StateError if a record is damaged. */
export function findRecordsOfKnown(state: string, lab: string): LabRecord[] {
  assertKnown(state, lab);
  const ids = new Set(meantBy(state, lab).map(({ id }) => instanceOf(id)));
  return [...ids].flatMap((instance) => findRecord(state, lab, instance) ?? []);
}

/**
 * The id of the one lab that LAB means, whether its record is sound or damaged; undefined if the lab is not up. Throws UsageError if LAB is
 * ambiguous, or if there is no such lab at all.
 */
export function findIdOfKnown(
  state: string,
  lab: string,
  instance: string | null = null,
): string | undefined {
  assertKnown(state, lab);
  return onlyOne(lab, ofInstance(meantBy(state, lab), lab, instance))?.id;
}

/** The running lab that LAB means. Throws UsageError if there is no such lab, and StateError if it is not up. */
export function findRunningLab(state: string, lab: string, instance: string | null = null): RunningLab {
  const record = findRecordOfKnown(state, lab, instance);
  if (record === undefined) throw notUp(labWords(lab, instance), instancesUp(state, lab));
  return new RunningLab(new LabFolder(state, record.id), record);
}
