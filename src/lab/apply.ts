import { mkdirSync, rmSync } from 'node:fs';
import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
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

/** Prepares the lab's folder: empty for a new namespace. A lab that stays up gets the changed definition and artefacts. */
async function renewFolder(prepared: PreparedLab, site: Site, plan: readonly PlanStep[]): Promise<void> {
  const fresh = freshRecord(prepared, site.folder.id);
  if (keysOf(plan, 'keep').has(NAMESPACE)) {
    await site.adopt({ lab: fresh.lab, tools: fresh.tools });
  } else {
    rmSync(site.folder.run, { recursive: true, force: true });
    mkdirSync(site.folder.run, { recursive: true, mode: 0o700 });
    await site.adopt(fresh);
  }
  writeArtefacts(site.folder.run, prepared.artefacts);
}

/** Creates parts that do not need each other. All of them begin before the first is awaited. */
async function makeTogether(parts: readonly Part[], site: Site, task: Task): Promise<void> {
  const begun: { part: Part; ready: () => Promise<void> }[] = [];
  for (const part of parts) {
    const { kind, name, place, digest, needs } = part;
    site.note({ kind, name, place, digest, needs, state: 'starting', starter: null, main: null });
    begun.push({ part, ready: await part.up(site, task) });
  }
  for (const { part, ready } of begun) {
    await withStep(task, part.title, ready);
    site.update(keyOf(part), { state: 'ready' });
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
  await endParts(
    site.record.parts.filter((part) => ending.has(keyOf(part))),
    site,
    there,
  );
  site.drop(ending);
  await renewFolder(prepared, site, plan);
  const making = keysOf(plan, 'create', 'replace');
  while (making.size > 0) {
    const next = parts.filter(
      (part) => making.has(keyOf(part)) && !part.needs.some((need) => making.has(need)),
    );
    await makeTogether(next, site, task);
    for (const part of next) making.delete(keyOf(part));
    task.signal.throwIfAborted();
  }
}
