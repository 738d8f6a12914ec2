import { rmSync } from 'node:fs';
import { withStep } from '../model/progress.js';
import { taskWith, type Task } from '../model/task.js';
import { makeOwnFolder } from '../process/own-folder.js';
import { putLogsAside } from './attempts.js';
import { endParts } from './end-parts.js';
import { NAMESPACE } from './parts/namespace.js';
import type { Part } from './parts/part.js';
import type { PlanStep } from './plan.js';
import { freshRecord, type PreparedLab } from './prepare.js';
import { keyOf, type PartKey } from './record.js';
import type { Site } from './site.js';
import { writeArtefacts } from './write-artefacts.js';

function keysOf(plan: readonly PlanStep[], ...actions: PlanStep['action'][]): Set<PartKey> {
  return new Set(plan.filter(({ action }) => actions.includes(action)).map(keyOf));
}

function keepsNamespace(plan: readonly PlanStep[]): boolean {
  return keysOf(plan, 'keep').has(NAMESPACE);
}

/** Prepares the lab's folder: empty for a new namespace. A lab that stays up gets the changed definition and artefacts. */
async function renewFolder(prepared: PreparedLab, site: Site, plan: readonly PlanStep[]): Promise<void> {
  const fresh = freshRecord(prepared, site.folder.id);
  if (keepsNamespace(plan)) {
    await site.adopt({ lab: fresh.lab, tools: fresh.tools });
  } else {
    rmSync(site.folder.run, { recursive: true, force: true });
    makeOwnFolder(site.folder.run);
    await site.adopt(fresh);
  }
  writeArtefacts(site.folder.run, prepared.artefacts);
}

/** Creates one part, and returns when it is ready. */
async function make(part: Part, site: Site, task: Task): Promise<void> {
  const { kind, name, place, digest, needs } = part;
  site.note({ kind, name, place, digest, needs, state: 'starting', starter: null, main: null });
  const ready = await part.up(site, task);
  await ready();
  site.update(keyOf(part), { state: 'ready' });
}

/**
 * Creates parts, each as soon as those that it needs are ready. Their steps are shown one after the other. The first that fails stops
 * the others; its error is thrown when all have stopped.
 */
async function makeAll(parts: readonly Part[], site: Site, task: Task): Promise<void> {
  const failure = new AbortController();
  const stop = (): void => {
    failure.abort(task.signal.reason);
  };
  task.signal.addEventListener('abort', stop);
  if (task.signal.aborted) stop();
  const { signal } = failure;
  const limited = taskWith(task, signal);
  const making = new Map<PartKey, Promise<void>>();
  const begin = async (part: Part): Promise<void> => {
    await Promise.all(part.needs.map(async (need) => making.get(need)));
    signal.throwIfAborted();
    await make(part, site, limited);
  };
  for (const part of parts) {
    const made = begin(part);
    made.catch((error: unknown) => {
      failure.abort(error);
    });
    making.set(keyOf(part), made);
  }
  try {
    for (const part of parts) await withStep(task, part.title, async () => making.get(keyOf(part)));
  } catch {
    await Promise.allSettled(making.values());
    throw signal.reason;
  } finally {
    task.signal.removeEventListener('abort', stop);
  }
}

/** Carries out a plan: ends what is replaced or removed, then creates what is missing. `there`: the recorded parts that still exist. */
export async function apply(
  plan: readonly PlanStep[],
  parts: readonly Part[],
  prepared: PreparedLab,
  site: Site,
  there: ReadonlySet<PartKey>,
  task: Task,
): Promise<void> {
  const ending = keysOf(plan, 'replace', 'remove');
  const ended = site.record.parts.filter((part) => ending.has(keyOf(part)));
  await endParts(ended, site, there);
  putLogsAside(site.folder, keepsNamespace(plan) ? ended : 'all');
  site.drop(ending);
  await renewFolder(prepared, site, plan);
  const making = keysOf(plan, 'create', 'replace');
  await makeAll(
    parts.filter((part) => making.has(keyOf(part))),
    site,
    task,
  );
  task.signal.throwIfAborted();
}
