import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import { LocalHost } from '../hosts/local-host.js';
import { FUNCTIONS_UNDO_SCRIPT } from './artefacts.js';
import { wordsFor, type LabFolder } from './record.js';

/** The list of changes that functions.sh has made and not undone, in its working folder. */
const JOURNAL = 'functions.journal';

/**
 * Undoes a lab's changes to this computer's own PCI functions, if there are any. Throws StateError, which names the journal, if some
 * changes remain. `bin`: the folder of the toolchain's programs; null where that is not known.
 */
export async function undoLocalFunctions(folder: LabFolder, bin: string | null): Promise<void> {
  const journal = join(folder.run, JOURNAL);
  if (!existsSync(journal)) return;
  const { stderr } = await new LocalHost(folder.run, bin).run(['sh', FUNCTIONS_UNDO_SCRIPT]);
  if (!existsSync(journal)) return;
  throw new StateError(
    {
      code: 'LAB-DOWN-FUNCTIONS',
      message: 'some changes to the NICs of this computer could not be undone',
      location: { file: journal },
      hint: `run \`lab down ${wordsFor(folder.id)}\` again as root; the file lists what is left`,
    },
    { cause: new Error(stderr.trim()) },
  );
}
