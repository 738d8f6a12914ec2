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
    absent: 'its VFs and vDPA devices are not made',
    kept: 'they are as defined',
    ended: 'they are gone',
    changed: 'what the definition asks of this computer has changed',
    interrupted: 'an earlier `lab up` was interrupted while it made them',
  },
  isThere: async () => Promise.resolve(true),
  // The journal beside the script says what there is to take back, whatever became of the script.
  down: async (_, { folder, record }) => undoLocalFunctions(folder, record.tools.bin),
};

/** VFs and vDPA devices of this computer itself, when it takes the place of a machine (`--server local`). */
export function functionsParts(artefacts: readonly Artefact[]): Part[] {
  const script = artefacts.find(({ path }) => path === FUNCTIONS_SCRIPT);
  if (script === undefined) return [];
  return [
    {
      kind: 'functions',
      name: NAME,
      place: 'computer',
      digest: digestOf(script.content),
      // Its script runs in the lab's folder, which begins anew with the namespace.
      needs: [NAMESPACE],
      within: null,
      title: 'Make VFs and vDPA devices of this computer',
      up: async (site, { signal }) =>
        Promise.resolve(async () => {
          const log = site.folder.log('functions');
          await runPreparation(site.computer, FUNCTIONS_SCRIPT, { log, limitMs: LIMIT_MS, signal });
          site.log('functions');
        }),
    },
  ];
}
