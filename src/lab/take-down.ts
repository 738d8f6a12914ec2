import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StateError } from '../errors/families.js';
import { destroyNamespace } from '../hosts/namespace.js';
import type { Progress } from '../model/progress.js';
import { withStep } from '../model/progress.js';
import { logEvent } from './events.js';
import { undoLocalFunctions } from './local-functions.js';
import { withLabLock } from './lab-lock.js';
import { LabFolder, type LabRecord } from './record.js';

/** Everything but the logs: they tell what happened, after the lab has gone. */
function removeRunFiles(folder: LabFolder): void {
  if (!existsSync(folder.run)) return;
  for (const name of readdirSync(folder.run)) {
    if (!name.endsWith('.log')) rmSync(join(folder.run, name), { recursive: true, force: true });
  }
}

/** Ends everything that a record speaks of, whatever state it is in. For callers that hold the lab's lock. */
export async function takeDown(record: LabRecord): Promise<void> {
  const folder = new LabFolder(record.id);
  if (record.holder !== null && !(await destroyNamespace(record.holder))) {
    throw new StateError({
      code: 'LAB-DOWN-STUCK',
      message: `process ${record.holder.init.pid}, which holds lab ${record.lab.name}, does not end`,
      hint: 'see what it waits for in /proc/PID/stack, then run `lab down` again',
    });
  }
  await undoLocalFunctions(folder, record.tools.bin);
  removeRunFiles(folder);
  rmSync(join(folder.folder, 'state.json'), { force: true });
  logEvent(folder.events, 'down');
}

/** `lab down`: works from what was recorded, never from the definition. True if there was anything to take down. */
export async function bringDown(id: string, progress: Progress, signal?: AbortSignal): Promise<boolean> {
  const folder = new LabFolder(id);
  return withLabLock(folder, { purpose: 'lab down', progress, signal }, async () => {
    const record = folder.read();
    if (record === undefined) return false;
    await withStep(progress, `Take down ${record.lab.name}`, async () => takeDown(record));
    return true;
  });
}
