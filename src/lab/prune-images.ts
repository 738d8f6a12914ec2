import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backingFile } from '../images/backing-file.js';
import { pruneImages, type Pruned } from '../images/prune.js';
import { currentUses } from '../images/uses.js';
import type { Environment } from '../model/environment.js';
import type { Task } from '../model/task.js';
import { LabFolder, labIds } from './record.js';

/** The image files that the machines in a lab's folder were started from. */
function startedFrom(run: string): string[] {
  if (!existsSync(run)) return [];
  return readdirSync(run).flatMap((name) => {
    const path = join(run, name);
    if (!existsSync(path)) return [];
    if (lstatSync(path).isSymbolicLink()) return realpathSync(path);
    return name.endsWith('.disk') ? (backingFile(path) ?? []) : [];
  });
}

/** `lab image prune`: removes the images that no existing definition needs and no machine is running from. */
export async function pruneUnusedImages({ cache, state }: Environment, task: Task): Promise<Pruned> {
  // Of a lab whose record is damaged, too: its machines may run.
  const files = labIds(state).flatMap((id) => startedFrom(new LabFolder(state, id).run));
  const digests = new Set(currentUses(cache).flatMap((use) => use.digests));
  return pruneImages(cache, digests, new Set(files.map((file) => dirname(file))), task);
}
