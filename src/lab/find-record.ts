import { existsSync, readdirSync } from 'node:fs';
import { UsageError } from '../errors/families.js';
import { definitionPath, noSuchLab } from '../definition/locate.js';
import { allRecords, LabFolder, labName, labsFolder, placeDigest, type LabRecord } from './record.js';
import { notUp, RunningLab } from './running-lab.js';

/** The records that LAB may mean: by the path of the definition (which need not exist any more), by name or by id. */
export function findRecords(state: string, lab: string): LabRecord[] {
  const records = allRecords(state);
  const path = definitionPath(lab);
  const byPlace = records.filter(({ definition }) => definition === path);
  if (byPlace.length > 0) return byPlace;
  return records.filter((record) => record.id === lab || record.lab.name === lab);
}

/** The one record that LAB means; undefined if the lab is not up. Throws UsageError if LAB is ambiguous. */
export function findRecord(state: string, lab: string): LabRecord | undefined {
  const records = findRecords(state, lab);
  if (records.length > 1) {
    throw new UsageError({
      code: 'LAB-AMBIGUOUS',
      message: `\`${lab}\` is the name of ${records.length} labs that are up`,
      hint: `use an id instead: ${records.map(({ id }) => id).join(', ')}`,
    });
  }
  return records[0];
}

/** The ids of labs that are or were up and that LAB may mean. Ids end in a digest of the definition's path. */
export function pastIds(state: string, lab: string): string[] {
  const folder = labsFolder(state);
  if (!existsSync(folder)) return [];
  const ids = readdirSync(folder);
  const byPlace = ids.filter((id) => id.endsWith(placeDigest(definitionPath(lab))));
  return byPlace.length > 0 ? byPlace : ids.filter((id) => id === lab || labName(id) === lab);
}

/** The same as `findRecord`. Throws UsageError if there is no such lab at all: not up, never up, and no definition. */
export function findRecordOfKnown(state: string, lab: string): LabRecord | undefined {
  const record = findRecord(state, lab);
  if (record !== undefined || existsSync(definitionPath(lab)) || pastIds(state, lab).length > 0)
    return record;
  throw noSuchLab(
    lab,
    allRecords(state).map((one) => one.lab.name),
  );
}

/** The running lab that LAB means. Throws UsageError if there is no such lab, and StateError if it is not up. */
export function findRunningLab(state: string, lab: string): RunningLab {
  const record = findRecordOfKnown(state, lab);
  if (record === undefined) throw notUp(lab);
  return new RunningLab(new LabFolder(state, record.id), record);
}
