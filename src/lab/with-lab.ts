import { withStep } from '../model/progress.js';
import type { Task } from '../model/task.js';
import { apply } from './apply.js';
import { withLabLock } from './lab-lock.js';
import { NAMESPACE } from './parts/namespace.js';
import { partsOf } from './parts/parts-of.js';
import { planUp, type PlanStep } from './plan.js';
import { freshRecord, type PreparedLab } from './prepare.js';
import { keyOf, wordsFor, type LabFolder } from './record.js';
import { assertRunsAs } from './runs-otherwise.js';
import { RunningLab } from './running-lab.js';
import { Site } from './site.js';
import { assertGoesOn, surveyOf } from './survey.js';
import { takeDown } from './take-down.js';

/** The steps that `withLab` would take now to bring the lab up. */
export async function planFor(prepared: PreparedLab): Promise<PlanStep[]> {
  const { folder } = prepared;
  const record = folder.read();
  const survey = await surveyOf(folder, record);
  assertGoesOn(survey, wordsFor(prepared.folder.id));
  return planUp(partsOf(prepared), record, survey.there);
}

/** A lab that is up, and the steps that brought it up. */
export interface LentLab {
  readonly running: RunningLab;
  readonly plan: readonly PlanStep[];
}

export interface LabUse {
  /** What other commands show while they wait for the lab: `lab test quickstart`. */
  readonly purpose: string;
  /** Whether to wait while another command holds the lab; it does unless told otherwise. */
  readonly wait?: boolean;
  /** Whether to leave the lab up. */
  readonly keep: boolean;
  /** Whether to throw RunsOtherwise instead of changing a lab that is up. */
  readonly untouched?: boolean;
}

/**
 * The only way to have a lab up for a while: brings up what is missing or differs from the definition, lends the lab to `work`, and takes
 * down what it brought up (unless `keep` is set), however `work` ends. Meanwhile no other command can change the lab. If bringing up fails
 * or is aborted, a lab that was not up before is taken down again; its logs remain. Throws the signal's reason when aborted.
 */
export async function withLab<T>(
  prepared: PreparedLab,
  use: LabUse,
  task: Task,
  work: (lent: LentLab) => Promise<T>,
): Promise<T> {
  const { folder } = prepared;
  if (use.untouched === true) assertRunsAs(prepared, 'being brought up');
  const hold = async (): Promise<T> => {
    if (use.untouched === true) assertRunsAs(prepared, 'whole');
    const { plan, wasUp } = await bringUp(prepared, folder, task);
    const running = new RunningLab(folder, folder.read() ?? freshRecord(prepared, folder.id));
    try {
      return await work({ running, plan });
    } catch (error) {
      // A session that breaks off because of the interruption must not be told as a fault.
      task.signal.throwIfAborted();
      throw error;
    } finally {
      await running.close();
      if (!wasUp && !use.keep)
        await withStep(task, `Take down ${wordsFor(folder.id)}`, async () =>
          takeDown(folder, running.record),
        );
    }
  };
  return withLabLock(folder, use.purpose, task, hold, { wait: use.wait ?? true });
}

async function bringUp(
  prepared: PreparedLab,
  folder: LabFolder,
  task: Task,
): Promise<{ plan: readonly PlanStep[]; wasUp: boolean }> {
  const record = folder.read();
  const survey = await surveyOf(folder, record);
  assertGoesOn(survey, wordsFor(prepared.folder.id));
  const { there } = survey;
  const parts = partsOf(prepared);
  const plan = planUp(parts, record, there);
  const wasUp = plan.some((step) => keyOf(step) === NAMESPACE && step.action === 'keep');
  if (record !== undefined && !wasUp) await takeDown(folder, record);
  const site = new Site(folder, (wasUp ? record : undefined) ?? freshRecord(prepared, folder.id));
  try {
    await apply(plan, parts, prepared, site, there, task);
    task.signal.throwIfAborted();
  } catch (error) {
    if (!wasUp) await takeDown(folder, site.record);
    task.signal.throwIfAborted();
    throw error;
  } finally {
    await site.close();
  }
  return { plan, wasUp };
}
