import { rmSync } from 'node:fs';
import { StateError } from '../errors/families.js';
import { throwAwayName } from '../model/instance.js';
import type { Task } from '../model/task.js';
import type { PreparedLab } from './prepare.js';
import { labId, LabFolder, wordsFor } from './record.js';
import { RunsOtherwise } from './runs-otherwise.js';
import { withLab, type LabUse, type LentLab } from './with-lab.js';

/**
 * Like withLab, and leaves a lab alone that is up with other settings: then an instance of its own is brought up for `work` beside it, and
 * taken away after. Throws StateError for a lab on this computer's own NICs, of which there can be no second one.
 */
export async function withOwnInstance<T>(
  prepared: PreparedLab,
  use: LabUse,
  task: Task,
  work: (lent: LentLab) => Promise<T>,
): Promise<T> {
  try {
    return await withLab(prepared, { ...use, untouched: true }, task, work);
  } catch (error) {
    if (!(error instanceof RunsOtherwise)) throw error;
  }
  const { folder } = besideIt(prepared, use.keep, task);
  const result = await withLab({ ...prepared, folder }, use, task, work);
  if (!use.keep) rmSync(folder.folder, { recursive: true, force: true });
  return result;
}

function besideIt({ lab, file, folder }: PreparedLab, keep: boolean, task: Task): { folder: LabFolder } {
  const running = wordsFor(folder.id);
  if (lab.server !== null) {
    throw new StateError({
      code: 'LAB-RUNS-OTHERWISE',
      message: `${running} is up with other settings, and the NICs of this computer serve one instance at a time`,
      hint: `bring it up to date with the same flags: lab up ${running}; or take it down: lab down ${running}`,
    });
  }
  const id = labId(lab.name, file, throwAwayName());
  const stays = `${running} is up with other settings and stays as it is`;
  const end = keep ? `; end it with: lab down ${wordsFor(id)}` : '';
  task.step(`${stays}: use an instance of its own, ${wordsFor(id)}${end}`).done();
  return { folder: new LabFolder(folder.state, id) };
}
