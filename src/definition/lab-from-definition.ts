import type { Lab } from '../model/lab.js';
import type { Draft } from './draft.js';
import { draftOf } from './draft-of.js';
import type { Definition } from './load.js';
import { inPlaceOf, type ServerWish } from './real-server.js';
import { refuseFor } from './refuse.js';
import { resolveLab, resolveMachines } from './resolve.js';
import { compositionProblems } from './rules/compositions.js';
import { devicesAreKnown, ruleProblems } from './rules/rules.js';
import { parseShape } from './shape-problems.js';

/**
 * The draft of a definition that has the right shape and that no rule objects to. Throws DefinitionError with every problem at
 * once, in the order of the file. The rules need parts of the right shape, so problems of shape come alone.
 */
function soundDraft(definition: Definition, file: string): Draft {
  const draft = draftOf(parseShape(definition), file);
  const problems = ruleProblems(draft, definition);
  const compositions = devicesAreKnown(problems)
    ? [...compositionProblems(draft, resolveMachines(draft), definition)]
    : [];
  refuseFor([...problems, ...compositions], definition.file);
  return draft;
}

/** What decides, beside the definition, what lab it describes. */
export interface LabOptions {
  /** Where the definition is: an absolute path. */
  readonly file: string;
  /** Undefined: this computer takes the place of no machine. */
  readonly server?: ServerWish | undefined;
}

/**
 * The lab that a definition describes. Throws DefinitionError with every problem at once, and UsageError for a `server` that does
 * not fit.
 */
export function labFromDefinition(definition: Definition, { file, server }: LabOptions): Lab {
  const draft = soundDraft(definition, file);
  return resolveLab(server === undefined ? draft : inPlaceOf(draft, server));
}

/** The lab of a definition that is a value, not text, as if it were in `file`. Throws as labFromDefinition does. */
export function labFromValue(value: unknown, file: string): Lab {
  return labFromDefinition({ file, value, locate: () => ({ file }) }, { file });
}
