import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labGraph } from '../report/graph/lab-graph.js';
import { logsIn } from '../lab/logs.js';
import type { ReadLab } from '../definition/read-lab.js';
import type { LabFolder } from '../lab/record.js';
import type { KeptRun, Run } from './run.js';

/** Of each log; a console that says more says it again and again. */
const MAX_LOG_CHARACTERS = 50_000;

function endOf(text: string): string {
  if (text.length <= MAX_LOG_CHARACTERS) return text;
  return `… (the first ${text.length - MAX_LOG_CHARACTERS} characters are left out)\n${text.slice(-MAX_LOG_CHARACTERS)}`;
}

/** Keeps a run in the state folder of its lab, with what a report shows beside it. */
export function keepRun(folder: LabFolder, run: Run, { lab, file, text, settings }: ReadLab): void {
  const kept: KeptRun = {
    ...run,
    context: {
      definition: { file, text, settings },
      picture: labGraph(lab),
      logs: logsIn(folder).map((log) => ({ name: log.name, text: endOf(log.text) })),
    },
  };
  mkdirSync(folder.results, { recursive: true });
  const target = join(folder.results, `${run.id}.json`);
  writeFileSync(`${target}.new`, `${JSON.stringify(kept, undefined, 2)}\n`);
  renameSync(`${target}.new`, target);
}
