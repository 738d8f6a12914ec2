import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import { LocalHost } from '../hosts/local-host.js';
import { FUNCTIONS_UNDO_SCRIPT } from './artefacts.js';
import type { LabFolder } from './record.js';

/** Beside functions.sh, in its working folder: what it has changed and not taken back. */
const JOURNAL = 'functions.journal';

/**
 * Takes back what a lab has done to this computer's own functions; nothing when it has done nothing. Throws StateError when some
 * of it stays, with the journal that tells.
 */
export async function undoLocalFunctions(folder: LabFolder, bin: string): Promise<void> {
  const journal = join(folder.run, JOURNAL);
  if (!existsSync(journal)) return;
  const { stderr } = await new LocalHost(folder.run, bin).run(['sh', FUNCTIONS_UNDO_SCRIPT]);
  if (!existsSync(journal)) return;
  throw new StateError(
    {
      code: 'LAB-DOWN-FUNCTIONS',
      message: 'what the lab has done to the functions of this computer could not all be taken back',
      location: { file: journal },
      hint: 'run `lab down` again as root; the file says what is left',
    },
    { cause: new Error(stderr.trim()) },
  );
}
