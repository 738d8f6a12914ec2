import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import { findHolders } from '../hosts/find-holders.js';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { endParts } from './end-parts.js';
import { logEvent } from './events.js';
import { withLabLock, type Waiting } from './lab-lock.js';
import { undoLocalFunctions } from './local-functions.js';
import { endNamespace } from './parts/namespace.js';
import {
  isOfThisVersion,
  keyOf,
  wordsFor,
  type LabFolder,
  type LabRecord,
  type RecordedPart,
} from './record.js';
import { Site } from './site.js';

/** Removes everything but the logs, which remain readable after the lab is gone. */
function removeRunFiles(folder: LabFolder): void {
  if (!existsSync(folder.run)) return;
  for (const name of readdirSync(folder.run)) {
    if (!name.endsWith('.log')) rmSync(join(folder.run, name), { recursive: true, force: true });
  }
}

const unrecorded = { digest: '', needs: [], state: 'starting', starter: null, main: null } as const;

/** The parts to end even if they are not recorded, as in a record of another version. Everything else ends with the namespace. */
const everPresent: readonly RecordedPart[] = [
  { kind: 'namespace', name: 'lab', place: 'namespace', ...unrecorded },
  { kind: 'functions', name: 'of this computer', place: 'computer', ...unrecorded },
];

function allOf({ parts }: LabRecord): RecordedPart[] {
  const keys = new Set(parts.map(keyOf));
  return [...everPresent.filter((part) => !keys.has(keyOf(part))), ...parts];
}

/** Ends everything in a record, whatever state it is in. The caller must hold the lab's lock. */
export async function takeDown(folder: LabFolder, record: LabRecord): Promise<void> {
  const site = new Site(folder, isOfThisVersion(record) ? record : { ...record, parts: [] });
  try {
    await endParts(allOf(site.record), site, new Set());
  } finally {
    await site.close();
  }
  removeRunFiles(folder);
  rmSync(join(folder.folder, 'state.json'), { force: true });
  logEvent(folder.events, 'down');
}

/** Ends the namespaces that were made in the lab's folder, and removes what a damaged record cannot tell of. */
async function clear(folder: LabFolder): Promise<void> {
  for (const holder of findHolders(folder.run)) await endNamespace(holder, wordsFor(folder.id));
  await undoLocalFunctions(folder, null);
  removeRunFiles(folder);
  rmSync(join(folder.folder, 'state.json'), { recursive: true, force: true });
  logEvent(folder.events, 'down', { record: 'damaged' });
}

/** The lab's record, `damaged` if it cannot be used, undefined if there is none. */
function readRecord(folder: LabFolder): LabRecord | 'damaged' | undefined {
  try {
    return folder.read();
  } catch (error) {
    if (error instanceof StateError) return 'damaged';
    throw error;
  }
}

/**
 * `lab down`: works from the record, never from the definition; without a usable one, from what runs in the lab's folder. Returns whether
 * there was anything to take down.
 */
export async function bringDown(folder: LabFolder, task: Task, waiting?: Waiting): Promise<boolean> {
  return withLabLock(
    folder,
    'lab down',
    task,
    async () => {
      const record = readRecord(folder);
      if (record === undefined) return false;
      const title = `Take down ${wordsFor(folder.id)}`;
      await withStep(task, title, async () =>
        record === 'damaged' ? clear(folder) : takeDown(folder, record),
      );
      return true;
    },
    waiting,
  );
}
