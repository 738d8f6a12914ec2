import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateError } from '../../../src/errors/families.js';
import { silentProgress } from '../../../src/model/progress.js';
import { silentTask, type Task } from '../../../src/model/task.js';
import { takeLock, type Lock } from '../../../src/process/lock.js';
import { waitForLock, type LockWait } from '../../../src/process/wait-for-lock.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function wait(limitMs: number): LockWait {
  return {
    purpose: 'build it',
    activity: 'builds it',
    limitMs,
    late: (holder) =>
      new StateError({ code: 'LAB-IMAGE-BUSY', message: `${holder} is busy`, hint: 'wait for it' }),
  };
}

function recorded(signal?: AbortSignal): { steps: string[]; task: Task } {
  const steps: string[] = [];
  const step: Task['step'] = (title) => {
    steps.push(title);
    return silentProgress.step(title);
  };
  return { steps, task: { ...silentTask(signal), step } };
}

async function held(file: string): Promise<Lock> {
  const lock = await takeLock(file, { waitMs: 0, purpose: 'hold' });
  if (lock === undefined) throw new Error('another process holds the lock of a fresh folder');
  return lock;
}

describe('waitForLock', () => {
  it('takes a free lock without a word, and keeps others out', async () => {
    const file = join(scratch(), 'lock');
    const { steps, task } = recorded();
    const lock = await waitForLock(file, wait(0), task);
    expect(steps).toEqual([]);
    expect(await takeLock(file, { waitMs: 0, purpose: 'other' })).toBeUndefined();
    await lock.release();
  });

  it('says who holds it, and takes it when they are done', async () => {
    const file = join(scratch(), 'lock');
    const { steps, task } = recorded();
    const other = await held(file);
    const waiting = waitForLock(file, wait(60_000), task);
    await expect.poll(() => steps).toEqual([`Wait for process ${process.pid}, which builds it`]);
    await other.release();
    await (await waiting).release();
  });

  it('throws the error of the wait when the limit is over', async () => {
    const file = join(scratch(), 'lock');
    const other = await held(file);
    await expect(waitForLock(file, wait(0), silentTask())).rejects.toThrow(`process ${process.pid} is busy`);
    await other.release();
  });

  it('stops waiting with the signal', async () => {
    const file = join(scratch(), 'lock');
    const other = await held(file);
    const controller = new AbortController();
    const { steps, task } = recorded(controller.signal);
    const waiting = waitForLock(file, wait(60_000), task);
    const stopped = expect(waiting).rejects.toThrow('enough');
    await expect.poll(() => steps.length).toBe(1);
    controller.abort(new Error('enough'));
    await stopped;
    await other.release();
  });
});
