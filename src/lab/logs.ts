import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors/families.js';
import { isHolderAlive } from '../hosts/namespace.js';
import { labWords } from '../model/instance.js';
import { didYouMean } from '../model/nearest.js';
import { attemptFolder, countAttempts, KEPT_ATTEMPTS } from './attempts.js';
import { consoleText } from './console-text.js';
import { followFile } from './follow-file.js';
import { guestLogs } from './guest-logs.js';
import { RunningLab } from './running-lab.js';
import { assertKnown, findSoundRecord, pastIds } from './find-record.js';
import { LabFolder, type LabRecord } from './record.js';

export interface LabLog {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

function logFilesIn(folder: string): { name: string; file: string }[] {
  const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')) : [];
  return logs.sort().map((name) => ({ name: name.slice(0, -'.log'.length), file: join(folder, name) }));
}

function logFiles(folder: LabFolder): { name: string; file: string }[] {
  return [
    ...logFilesIn(folder.run),
    ...(existsSync(folder.events) ? [{ name: 'events', file: folder.events }] : []),
  ];
}

/** A log that can be read. */
interface LogSource {
  readonly name: string;
  read(): Promise<LabLog>;
}

/**
 * The logs of an attempt before the last one to bring the lab up: what each part wrote that has ended since. Throws UsageError if there
 * are none any more.
 */
function earlierLogs(folder: LabFolder, lab: string, attempt: number): LogSource[] {
  const files = attemptFolder(folder, attempt);
  if (files === undefined) {
    const count = countAttempts(folder);
    throw new UsageError({
      code: 'LAB-NO-LOGS',
      message: `lab \`${lab}\` has no logs of attempt ${attempt}: there are those of ${count}`,
      hint: `attempt 1 is the last one, ${KEPT_ATTEMPTS} are kept: lab logs ${lab} --attempt ${count}`,
    });
  }
  return logFilesIn(files).map(asSource);
}

/**
 * The logs of a lab that is or was up. `attempt`: to bring it up; 1 is the last one, 2 the one before it. Throws UsageError if there are
 * none, or none of that name.
 */
export async function labLogs(
  state: string,
  lab: string,
  only: string | undefined,
  attempt = 1,
  instance: string | null = null,
): Promise<LabLog[]> {
  assertKnown(state, lab);
  const record = findSoundRecord(state, lab, instance);
  const id = record?.id ?? pastIds(state, lab, instance)[0];
  if (id === undefined) {
    throw new UsageError({
      code: 'LAB-NO-LOGS',
      message: `lab \`${labWords(lab, instance)}\` has no logs: it was never up`,
      hint: `bring it up: lab up ${labWords(lab, instance)}`,
    });
  }
  const folder = new LabFolder(state, id);
  if (attempt !== 1) return readLogs(earlierLogs(folder, labWords(lab, instance), attempt), lab, only);
  const running = record !== undefined && isUp(record) ? new RunningLab(folder, record) : undefined;
  try {
    return await readLogs(sourcesOf(folder, running), lab, only);
  } finally {
    await running?.close();
  }
}

/** Of which lab, and which of its logs; without a name, all. */
interface FollowedLog {
  readonly lab: string;
  readonly instance: string | undefined;
  readonly log: string | undefined;
}

/** A piece of a log that is followed. */
export interface LogPiece {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Passes on the logs of a lab that is or was up and all that comes to them, until the signal aborts: those that are files of this computer.
 * Throws UsageError if there are none, or none of that name.
 */
export async function followLogs(
  state: string,
  { lab, instance, log }: FollowedLog,
  onPiece: (piece: LogPiece) => void,
  signal: AbortSignal,
): Promise<void> {
  await labLogs(state, lab, log, 1, instance);
  const id = findSoundRecord(state, lab, instance)?.id ?? pastIds(state, lab, instance)[0];
  const files = id === undefined ? [] : logFiles(new LabFolder(state, id));
  const chosen = files.filter(({ name }) => log === undefined || name === log);
  if (chosen.length === 0) throw notFollowed(log ?? '');
  const follow = async ({ name, file }: { name: string; file: string }): Promise<void> => {
    const onBytes = (bytes: Buffer): void => {
      onPiece({ name, bytes });
    };
    const onRestart = (): void => {
      onPiece({ name, bytes: Buffer.from('--- the log begins anew ---\n') });
    };
    await followFile({ file, onBytes, onRestart }, signal);
  };
  await Promise.all(chosen.map(follow));
}

function notFollowed(log: string): UsageError {
  return new UsageError({
    code: 'LAB-NO-LOGS',
    message: `the log \`${log}\` is kept in a machine, and cannot be followed from here`,
    hint: 'follow it there: lab exec LAB MACHINE -- journalctl --follow --unit UNIT',
  });
}

/** The names of the logs of a lab that is or was up; none if it never was. */
export function logNames(state: string, lab: string, instance: string | null = null): string[] {
  const record = findSoundRecord(state, lab, instance);
  const id = record?.id ?? pastIds(state, lab, instance)[0];
  if (id === undefined) return [];
  const folder = new LabFolder(state, id);
  const running = record !== undefined && isUp(record) ? new RunningLab(folder, record) : undefined;
  return sourcesOf(folder, running).map(({ name }) => name);
}

async function readLogs(
  sources: readonly LogSource[],
  lab: string,
  only: string | undefined,
): Promise<LabLog[]> {
  const chosen = only === undefined ? sources : sources.filter(({ name }) => name === only);
  if (chosen.length === 0) {
    const names = sources.map(({ name }) => name);
    throw new UsageError({
      code: 'LAB-NO-LOGS',
      message: `lab \`${lab}\` has no log \`${only ?? ''}\``,
      hint: didYouMean(only ?? '', names, `use one of: ${names.join(', ')}`),
    });
  }
  const logs: LabLog[] = [];
  for (const source of chosen) logs.push(await source.read());
  return logs;
}

function isUp({ holder }: LabRecord): boolean {
  return holder !== null && isHolderAlive(holder);
}

/** The files on this computer, and what machines that run keep to themselves; a kept copy of such a log gives way to it. */
function sourcesOf(folder: LabFolder, running: RunningLab | undefined): LogSource[] {
  const inside = running === undefined ? [] : guestLogs(running);
  const files = logFiles(folder).filter(({ name }) => !inside.some((log) => log.name === name));
  return [
    ...files.map(asSource),
    ...inside.map(({ name, machine, argv }) => ({
      name,
      read: async () => ({
        name,
        file: `machine ${machine}`,
        text: await readInside(running, machine, argv),
      }),
    })),
  ];
}

async function readInside(
  running: RunningLab | undefined,
  machine: string,
  argv: readonly [string, ...string[]],
): Promise<string> {
  const guest = await running?.guest(machine).catch(() => undefined);
  if (guest === undefined) return `machine ${machine} does not answer`;
  const { stdout, stderr } = await guest.run(argv);
  return consoleText(`${stdout}${stderr}`);
}

function asSource(log: { name: string; file: string }): LogSource {
  return { name: log.name, read: async () => Promise.resolve(readLog(log)) };
}

function readLog({ name, file }: { name: string; file: string }): LabLog {
  return { name, file, text: consoleText(readFileSync(file, 'utf8')) };
}

/** The logs that a lab's folder contains right now. */
export function logsIn(folder: LabFolder): LabLog[] {
  return logFiles(folder).map(readLog);
}
