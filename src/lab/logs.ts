import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors/families.js';
import { consoleText } from './console-text.js';
import { findRecord } from './find-record.js';
import { definitionPath } from '../definition/locate.js';
import { LabFolder, labName, labsFolder, placeDigest } from './record.js';

export interface LabLog {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** The ids of labs that were up once and that LAB may mean. Ids end in a digest of the definition's path. */
function pastIds(state: string, lab: string): string[] {
  const folder = labsFolder(state);
  if (!existsSync(folder)) return [];
  const ids = readdirSync(folder);
  const byPlace = ids.filter((id) => id.endsWith(placeDigest(definitionPath(lab))));
  return byPlace.length > 0 ? byPlace : ids.filter((id) => id === lab || labName(id) === lab);
}

function logFiles(folder: LabFolder): { name: string; file: string }[] {
  const inRun = existsSync(folder.run) ? readdirSync(folder.run).filter((name) => name.endsWith('.log')) : [];
  return [
    ...inRun.sort().map((name) => ({ name: name.slice(0, -'.log'.length), file: join(folder.run, name) })),
    ...(existsSync(folder.events) ? [{ name: 'events', file: folder.events }] : []),
  ];
}

/** The logs of a lab that is or was up. Throws UsageError if there are none, or none of that name. */
export function labLogs(state: string, lab: string, only: string | undefined): LabLog[] {
  const id = findRecord(state, lab)?.id ?? pastIds(state, lab)[0];
  if (id === undefined) {
    throw new UsageError({
      code: 'LAB-NO-LOGS',
      message: `lab \`${lab}\` has no logs: it was never up`,
      hint: `bring it up: lab up ${lab}`,
    });
  }
  const files = logFiles(new LabFolder(state, id));
  const chosen = only === undefined ? files : files.filter(({ name }) => name === only);
  if (chosen.length === 0) {
    throw new UsageError({
      code: 'LAB-NO-LOGS',
      message: `lab \`${lab}\` has no log \`${only ?? ''}\``,
      hint: `use one of: ${files.map(({ name }) => name).join(', ')}`,
    });
  }
  return chosen.map(readLog);
}

function readLog({ name, file }: { name: string; file: string }): LabLog {
  return { name, file, text: consoleText(readFileSync(file, 'utf8')) };
}

/** The logs that a lab's folder contains right now. */
export function logsIn(folder: LabFolder): LabLog[] {
  return logFiles(folder).map(readLog);
}
