import { FUNCTIONS_SCRIPT, type Artefact } from '../artefacts.js';
import { digestOf } from '../artefacts.js';
import { undoLocalFunctions } from '../local-functions.js';
import { runPreparation } from '../run-preparation.js';
import type { PartKey } from '../record.js';
import { NAMESPACE } from './namespace.js';
import type { Kind, Part } from './part.js';

const LIMIT_MS = 60_000;
const NAME = 'of this computer';
export const FUNCTIONS: PartKey = `functions ${NAME}`;

export const functionsKind: Kind = {
  words: {
    absent: 'its VFs and vDPA devices do not exist yet',
    kept: 'they are as defined',
    ended: 'they are gone',
    changed: 'the definition needs other VFs or vDPA devices',
    interrupted: 'an earlier `lab up` was interrupted while creating them',
  },
  isThere: async () => Promise.resolve(true),
  // The journal beside the script lists what to undo, however the script ended.
  down: async (_, { folder, record }) => undoLocalFunctions(folder, record.tools.bin),
};

/** The VFs and vDPA devices of this computer itself, when it takes the place of a machine (`--server local`). */
export function functionsParts(artefacts: readonly Artefact[]): Part[] {
  const script = artefacts.find(({ path }) => path === FUNCTIONS_SCRIPT);
  if (script === undefined) return [];
  return [
    {
      kind: 'functions',
      name: NAME,
      place: 'computer',
      digest: digestOf(script.content),
      // Its script runs in the lab's folder, which is emptied for a new namespace.
      needs: [NAMESPACE],
      within: null,
      title: 'Create VFs and vDPA devices on this computer',
      up: async (site, { signal }) =>
        Promise.resolve(async () => {
          const log = site.folder.log('functions');
          const { id } = site.folder;
          await runPreparation(site.computer, FUNCTIONS_SCRIPT, { id, log, limitMs: LIMIT_MS, signal });
          site.log('functions');
        }),
    },
  ];
}
