import type { ReadLab } from '../definition/read-lab.js';
import { isThrowAway } from '../model/instance.js';
import { keepRun } from '../results/keep.js';
import type { Run } from '../results/run.js';
import { logsIn } from './logs.js';
import { instanceOf, LabFolder, withoutInstance } from './record.js';

/** The lab that keeps the results of this one: an instance of a command's own is taken away with its folder. */
function keeperOf(folder: LabFolder): LabFolder {
  return isThrowAway(instanceOf(folder.id))
    ? new LabFolder(folder.state, withoutInstance(folder.id))
    : folder;
}

/** Stores the result of a run in the lab's folder, with the definition and the current logs. */
export function keepResult(folder: LabFolder, run: Run, { lab, file, text, settings }: ReadLab): void {
  keepRun(keeperOf(folder).folder, run, { lab, definition: { file, text, settings }, logs: logsIn(folder) });
}
