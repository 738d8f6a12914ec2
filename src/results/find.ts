import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StateError, UsageError } from '../errors/families.js';
import { stateFolder } from '../model/folders.js';
import { LabFolder } from '../lab/record.js';
import type { KeptRun } from './run.js';
import { runShape } from './schema.js';

/** A run in the state folder. */
export interface StoredRun {
  readonly file: string;
  readonly run: KeptRun;
}

export interface StoredRuns {
  /** The newest first. */
  readonly runs: readonly StoredRun[];
  /** Files that hold no result, or one of another version of lab. */
  readonly unreadable: readonly string[];
}

/** The run in a file; undefined when it holds none of this version. */
function readRun(file: string): KeptRun | undefined {
  try {
    return runShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function resultFiles(): string[] {
  const labs = join(stateFolder(), 'labs');
  if (!existsSync(labs)) return [];
  return readdirSync(labs).flatMap((id) => {
    const { results } = new LabFolder(id);
    if (!existsSync(results)) return [];
    return readdirSync(results)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(results, name));
  });
}

function newestFirst(one: StoredRun, other: StoredRun): number {
  return one.run.startedAt < other.run.startedAt ? 1 : -1;
}

/** Every run that is kept; with `lab`, those of labs of this name. */
export function storedRuns(lab?: string): StoredRuns {
  const read = resultFiles().map((file) => ({ file, run: readRun(file) }));
  const runs = read.flatMap(({ file, run }) => (run === undefined ? [] : [{ file, run }]));
  return {
    runs: runs.filter(({ run }) => lab === undefined || run.lab === lab).sort(newestFirst),
    unreadable: read.filter(({ run }) => run === undefined).map(({ file }) => file),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function ambiguous(name: string, found: readonly StoredRun[]): UsageError {
  const some = found.slice(0, 5).map(({ run }) => run.id);
  return new UsageError({
    code: 'LAB-RUN-AMBIGUOUS',
    message: `\`${name}\` is the beginning of ${found.length} runs`,
    hint: `name one: ${some.join(', ')}`,
  });
}

/**
 * The run that RUN means: a file, an id or the beginning of one, or a lab's name for its newest run. Throws UsageError when there is
 * none or there are several, and StateError when the file holds none.
 */
export function findRun(name: string): KeptRun {
  if (isFile(name)) {
    const run = readRun(name);
    if (run !== undefined) return run;
    throw new StateError({
      code: 'LAB-RUN-UNREADABLE',
      message: `${name} holds no result that this version of lab can read`,
      location: { file: name },
      hint: 'give a file that `lab test --json` or `lab bench --json` has written; `lab schema result` says what is in it',
    });
  }
  const { runs } = storedRuns();
  const found =
    runs.find(({ run }) => run.id === name) ??
    runs.find(({ run }) => run.lab === name.replace(/^labs\//, ''));
  if (found !== undefined) return found.run;
  const beginning = runs.filter(({ run }) => run.id.startsWith(name));
  if (beginning.length > 1) throw ambiguous(name, beginning);
  if (beginning[0] !== undefined) return beginning[0].run;
  throw new UsageError({
    code: 'LAB-RUN-UNKNOWN',
    message: `there is no run \`${name}\``,
    hint: runs.length === 0 ? 'make one: lab test quickstart' : 'see which there are: lab results',
  });
}
