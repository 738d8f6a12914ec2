import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeOwnFolder } from '../process/own-folder.js';
import { keyOf, type LabFolder, type PartKey, type RecordedPart } from './record.js';

/** How many attempts to bring a lab up keep their logs: the last one, and those before it. */
export const KEPT_ATTEMPTS = 5;
const DIGITS = 6;

/** Folders of attempts before the last one, latest first. Their names are numbers, of the same length so that they sort. */
function earlierAttempts({ attempts }: LabFolder): string[] {
  return existsSync(attempts) ? readdirSync(attempts).sort().reverse() : [];
}

/** The folder with the logs of an attempt: 1 is the last one, 2 the one before it; undefined if it has none, or none any more. */
export function attemptFolder(folder: LabFolder, attempt: number): string | undefined {
  if (attempt === 1) return folder.run;
  const name = earlierAttempts(folder)[attempt - 2];
  return name === undefined ? undefined : join(folder.attempts, name);
}

/** How many attempts have logs. */
export function countAttempts(folder: LabFolder): number {
  return 1 + earlierAttempts(folder).length;
}

function isLogOf(log: string, { name }: RecordedPart): boolean {
  return log === `${name}.log` || log.startsWith(`${name}.`);
}

/** QEMU of a machine goes on to write what comes out of it; a log of its own must stay where it is. */
function isWrittenTo({ place }: RecordedPart, ending: ReadonlySet<PartKey>): boolean {
  return typeof place === 'object' && 'machine' in place && !ending.has(`machine ${place.machine}`);
}

/**
 * Puts the logs of what has ended aside, before another attempt to bring the lab up writes its own. `ended`: the parts; `all` for a
 * lab of which nothing runs any more.
 */
export function putLogsAside(folder: LabFolder, ended: readonly RecordedPart[] | 'all'): void {
  if (!existsSync(folder.run)) return;
  const logs = readdirSync(folder.run).filter((name) => name.endsWith('.log'));
  const keys = new Set(ended === 'all' ? [] : ended.map(keyOf));
  const chosen = logs.flatMap((log) => {
    if (ended === 'all') return [{ log, stays: false }];
    const owner = ended.find((part) => isLogOf(log, part));
    return owner === undefined ? [] : [{ log, stays: isWrittenTo(owner, keys) }];
  });
  if (chosen.length === 0) return;
  const [latest = '0'] = earlierAttempts(folder);
  const aside = join(folder.attempts, String(Number(latest) + 1).padStart(DIGITS, '0'));
  makeOwnFolder(aside);
  for (const { log, stays } of chosen) {
    const [from, to] = [join(folder.run, log), join(aside, log)];
    if (stays) copyFileSync(from, to);
    else renameSync(from, to);
  }
  for (const old of earlierAttempts(folder).slice(KEPT_ATTEMPTS - 1))
    rmSync(join(folder.attempts, old), { recursive: true, force: true });
}
