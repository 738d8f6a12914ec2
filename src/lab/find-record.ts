import { UsageError } from '../errors/families.js';
import { definitionPath } from '../definition/locate.js';
import { allRecords, LabFolder, type LabRecord } from './record.js';
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

/** The running lab that LAB means. Throws StateError if it is not up. */
export function findRunningLab(state: string, lab: string): RunningLab {
  const record = findRecord(state, lab);
  if (record === undefined) throw notUp(lab);
  return new RunningLab(new LabFolder(state, record.id), record);
}
