import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Lab } from '../model/lab.js';
import { labFromDefinition } from './lab-from-definition.js';
import { loadDefinition } from './load.js';
import { findDefinition } from './locate.js';
import type { ServerWish } from './real-server.js';
import { withSettings } from './settings.js';

/** A definition that has been read, with the file that it came from. */
export interface ReadLab {
  readonly lab: Lab;
  /** Absolute path. */
  readonly file: string;
  /** The text of the file, and how `--set` changed it: for the record. */
  readonly text: string;
  readonly settings: readonly string[];
}

/**
 * LAB as the user names it: found, loaded, changed by `settings` (PATH=VALUE each) and `server`, validated and resolved.
 * Throws UsageError and DefinitionError.
 */
export function readLab(name: string, settings: readonly string[] = [], server?: ServerWish): ReadLab {
  const file = findDefinition(name);
  const shown = relative(process.cwd(), file);
  const definition = withSettings(loadDefinition(shown.startsWith('..') ? file : shown), settings);
  const lab = labFromDefinition(definition, { file, server });
  return { lab, file, text: readFileSync(file, 'utf8'), settings };
}
