import { EnvironmentError } from '../errors/families.js';
import { refusalIn } from '../errors/system-error.js';
import { findProgram } from './find-program.js';
import { installHint, ownerOf } from './packages.js';

/** How shells, and programs that start others, say that they do not find one. */
const NOT_FOUND = [
  /(?:^|[\s:])([\w./+-]+): (?:command )?not found\s*$/gm,
  /(?:failed to execute|failed to run command|env:) ['‘"`]?([\w./+-]+)['’"`]?: No such file or directory/gm,
];

/** Lines of what was said, shown below the error. */
const LAST_LINES = 6;

function notFoundIn(said: string): string[] {
  return NOT_FOUND.flatMap((sign) => [...said.matchAll(sign)].flatMap(([, name]) => name ?? []));
}

function lastLines(said: string): string {
  return said.trim().split('\n').slice(-LAST_LINES).join('\n');
}

/**
 * The error for what a script says of this computer: a program that it lacks, a full disk and the like; undefined if it says nothing of
 * that kind. A program that only another system lacks, such as the tree of an image, is no fault of this computer. `words`: those
 * that are shown below the error.
 */
export function faultIn(said: string, words = lastLines(said)): EnvironmentError | undefined {
  const cause = new Error(words);
  const missing = [...new Set(notFoundIn(said))].filter(
    (name) => ownerOf(name) !== undefined && findProgram(name) === undefined,
  );
  if (missing.length > 0)
    return new EnvironmentError(
      {
        code: 'LAB-ENV-PROGRAM',
        message: `lab needs ${missing.join(', ')}, which this computer does not have`,
        hint: installHint(missing),
      },
      { cause },
    );
  const refusal = refusalIn(said);
  return refusal === undefined ? undefined : new EnvironmentError(refusal, { cause });
}
