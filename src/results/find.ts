import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { StateError, UsageError } from '../errors/families.js';
import { didYouMean } from '../model/nearest.js';
import { RESULTS_FOLDER } from './keep.js';
import { keptRunShape, RESULT_VERSION, type KeptRun } from './run.js';
import { upgraded } from './upgrade.js';

/** A run in the state folder. */
export interface StoredRun {
  readonly file: string;
  readonly run: KeptRun;
}

/** A file among the results that cannot be read as one. */
export interface UnreadableRun {
  readonly file: string;
  /** A sentence about the file that names it. */
  readonly problem: string;
}

export interface StoredRuns {
  /** The newest first. */
  readonly runs: readonly StoredRun[];
  readonly unreadable: readonly UnreadableRun[];
}

/** `-20260102-030405-678`, as run.ts writes it. */
const TIME_LENGTH = 20;

const ofSomeVersion = z.looseObject({ version: z.int(), kind: z.string() });

function problemOf(file: string, content: unknown): string {
  const { data } = ofSomeVersion.safeParse(content);
  return data !== undefined && data.version > RESULT_VERSION
    ? `${file} contains a result in format version ${data.version}; this version of lab reads version ${RESULT_VERSION} and earlier`
    : `${file} contains no result that this version of lab can read`;
}

function readRun(file: string): StoredRun | UnreadableRun {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { file, problem: problemOf(file, undefined) };
  }
  const parsed = keptRunShape.safeParse(upgraded(content));
  return parsed.success ? { file, run: parsed.data } : { file, problem: problemOf(file, content) };
}

function resultFiles(state: string): string[] {
  const labs = join(state, 'labs');
  if (!existsSync(labs)) return [];
  return readdirSync(labs).flatMap((id) => {
    const results = join(labs, id, RESULTS_FOLDER);
    if (!existsSync(results)) return [];
    return readdirSync(results)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(results, name));
  });
}

/** The names of the kept runs, without reading them; the newest first. */
export function runIds(state: string): string[] {
  const ids = resultFiles(state).map((file) => basename(file, '.json'));
  // An id is the lab's name and the time.
  const time = (id: string): string => id.slice(-TIME_LENGTH);
  return ids.sort((one, other) => (time(one) < time(other) ? 1 : -1));
}

/** The names of the labs that runs are kept of. */
export function labsWithRuns(state: string): string[] {
  return [...new Set(runIds(state).map((id) => id.slice(0, -TIME_LENGTH).split('.')[0] ?? ''))];
}

function newestFirst(one: StoredRun, other: StoredRun): number {
  return one.run.startedAt < other.run.startedAt ? 1 : -1;
}

/** Every run that is kept; with `lab`, those of labs with this name; with `instance`, those of the instance of this name. */
export function storedRuns(state: string, lab?: string, instance?: string): StoredRuns {
  const read = resultFiles(state).map(readRun);
  const runs = read.filter((one) => 'run' in one);
  return {
    runs: runs
      .filter(({ run }) => lab === undefined || run.lab === lab)
      .filter(({ run }) => instance === undefined || run.instance === instance)
      .sort(newestFirst),
    unreadable: read.filter((one) => 'problem' in one),
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

function runInFile(file: string): KeptRun {
  const read = readRun(file);
  if ('run' in read) return read.run;
  throw new StateError({
    code: 'LAB-RUN-UNREADABLE',
    message: read.problem,
    location: { file },
    hint: 'give a file that `lab test --json` or `lab bench --json` wrote; `lab schema result` describes its contents',
  });
}

/**
 * The run that RUN means: a file, an id or the beginning of one, or a lab's name for its newest run. Throws UsageError when no run or
 * several fit, and StateError when the file contains none.
 */
export function findRun(state: string, name: string): KeptRun {
  if (isFile(name)) return runInFile(name);
  const { runs } = storedRuns(state);
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
    hint:
      runs.length === 0
        ? 'create one: lab test quickstart'
        : didYouMean(
            name,
            [...new Set(runs.flatMap(({ run }) => [run.lab, run.id]))],
            'list the runs: lab results',
          ),
  });
}
