import type { ReadLab } from '../definition/read-lab.js';
import { keepRun } from '../results/keep.js';
import type { Run } from '../results/run.js';
import { logsIn } from './logs.js';
import type { LabFolder } from './record.js';

/** Stores the result of a run in the lab's folder, with the definition and the current logs. */
export function keepResult(folder: LabFolder, run: Run, { lab, file, text, settings }: ReadLab): void {
  keepRun(folder.folder, run, { lab, definition: { file, text, settings }, logs: logsIn(folder) });
}
