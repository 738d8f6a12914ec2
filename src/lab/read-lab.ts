import { relative } from 'node:path';
import type { Lab } from '../model/lab.js';
import { loadDefinition } from './load.js';
import { findDefinition } from './locate.js';
import { resolveLab } from './resolve.js';
import { withSettings } from './settings.js';
import { validateDefinition } from './validate.js';

/** A definition that has been read, with the file that it came from. */
export interface ReadLab {
  readonly lab: Lab;
  /** Absolute path. */
  readonly file: string;
}

/**
 * LAB as the user names it: found, loaded, changed by `settings` (PATH=VALUE each), validated and resolved.
 * Throws UsageError and DefinitionError.
 */
export function readLab(name: string, settings: readonly string[] = []): ReadLab {
  const file = findDefinition(name);
  const shown = relative(process.cwd(), file);
  const definition = withSettings(loadDefinition(shown.startsWith('..') ? file : shown), settings);
  return { lab: resolveLab(validateDefinition(definition), file), file };
}
