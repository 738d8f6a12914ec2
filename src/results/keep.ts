import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../model/lab.js';
import { makeOwnFolder, OWN_FILE } from '../process/own-folder.js';
import type { Run, RunContext } from './run.js';
import { topologyShape } from './topology.js';

/** How much of each log is kept: its end. A longer console log only repeats itself. */
const MAX_LOG_CHARACTERS = 50_000;

/** The name of the folder with a lab's results, inside the lab's state folder. */
export const RESULTS_FOLDER = 'results';

function endOf(text: string): string {
  if (text.length <= MAX_LOG_CHARACTERS) return text;
  return `… (the first ${text.length - MAX_LOG_CHARACTERS} characters are left out)\n${text.slice(-MAX_LOG_CHARACTERS)}`;
}

/** Stores a run in the folder of its lab, with the lab's topology, definition and logs. */
export function keepRun(
  labFolder: string,
  run: Run,
  { lab, definition, logs }: Pick<RunContext, 'definition' | 'logs'> & { readonly lab: Lab },
): void {
  const context: RunContext = {
    definition,
    topology: topologyShape.parse(lab),
    logs: logs.map(({ name, text }) => ({ name, text: endOf(text) })),
  };
  const folder = join(labFolder, RESULTS_FOLDER);
  makeOwnFolder(folder);
  const target = join(folder, `${run.id}.json`);
  writeFileSync(`${target}.new`, `${JSON.stringify({ ...run, context }, undefined, 2)}\n`, {
    mode: OWN_FILE,
  });
  renameSync(`${target}.new`, target);
}
