import { UsageError } from '../errors/families.js';
import { definitionPath } from '../definition/locate.js';
import { allRecords, damagedRecords, LabFolder, labName, placeDigest, type LabRecord } from './record.js';
import { notUp, RunningLab } from './running-lab.js';

/** The records that LAB may mean: by the path of the definition (which need not exist any more), by name or by id. */
export function findRecords(state: string, lab: string): LabRecord[] {
  const records = allRecords(state);
  const path = definitionPath(lab);
  const byPlace = records.filter(({ definition }) => definition === path);
  if (byPlace.length > 0) return byPlace;
  return records.filter((record) => record.id === lab || record.lab.name === lab);
}

/** Of the ids of labs those that LAB may mean. Ids end in a digest of the definition's path. */
export function idsMeant<T>(lab: string, all: readonly T[], idOf: (one: T) => string): T[] {
  const place = placeDigest(definitionPath(lab));
  const byPlace = all.filter((one) => idOf(one).endsWith(place));
  if (byPlace.length > 0) return byPlace;
  return all.filter((one) => idOf(one) === lab || labName(idOf(one)) === lab);
}

function ambiguous(lab: string, ids: readonly string[]): UsageError {
  return new UsageError({
    code: 'LAB-AMBIGUOUS',
    message: `\`${lab}\` is the name of ${ids.length} labs that are up`,
    hint: `use an id instead: ${ids.join(', ')}`,
  });
}

/** The one sound record that LAB means; undefined if there is none. Throws UsageError if LAB is ambiguous. */
export function findSoundRecord(state: string, lab: string): LabRecord | undefined {
  const records = findRecords(state, lab);
  if (records.length > 1)
    throw ambiguous(
      lab,
      records.map(({ id }) => id),
    );
  return records[0];
}

/** Like findSoundRecord, and throws StateError if only a damaged record fits. */
export function findRecord(state: string, lab: string): LabRecord | undefined {
  const found = findSoundRecord(state, lab);
  if (found !== undefined) return found;
  const [damaged] = idsMeant(lab, damagedRecords(state), ({ id }) => id);
  if (damaged !== undefined) throw damaged.error;
  return undefined;
}

/** The id of the one lab that LAB means, whether its record is sound or not; undefined if the lab is not up. Throws UsageError if LAB is ambiguous. */
export function findLabId(state: string, lab: string): string | undefined {
  const sound = findSoundRecord(state, lab);
  if (sound !== undefined) return sound.id;
  const ids = idsMeant(lab, damagedRecords(state), ({ id }) => id).map(({ id }) => id);
  if (ids.length > 1) throw ambiguous(lab, ids);
  return ids[0];
}

/** The running lab that LAB means. Throws StateError if it is not up. */
export function findRunningLab(state: string, lab: string): RunningLab {
  const record = findRecord(state, lab);
  if (record === undefined) throw notUp(lab);
  return new RunningLab(new LabFolder(state, record.id), record);
}
