import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withLabLock } from '../../../src/lab/lab-lock.js';
import { LabFolder } from '../../../src/lab/record.js';
import { silentProgress, type Progress } from '../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../src/model/task.js';
import { lockHolder, takeLock, type Lock } from '../../../src/process/lock.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const now = { waitMs: 0, purpose: 'test' };
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another process that takes the lock as the tool itself does, says `held`, and keeps it until its input ends. */
async function otherHolder(file: string): Promise<ChildProcess> {
  const script = `
    import { takeLock } from ${JSON.stringify(new URL('../../../src/process/lock.ts', import.meta.url).href)};
    const lock = await takeLock(${JSON.stringify(file)}, { waitMs: 60_000, purpose: 'hold' });
    console.log('held');
    process.stdin.on('data', () => undefined);
    process.stdin.on('end', async () => { await lock.release(); process.exit(); });
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

function held(lock: Lock | undefined): Lock {
  if (lock === undefined) throw new Error('the lock was not to be had');
  return lock;
}

describe('takeLock', () => {
  it('gives the lock to one at a time', async () => {
    const file = join(scratch(), 'made/for/it/lock');
    const first = held(await takeLock(file, now));
    expect(await takeLock(file, now)).toBeUndefined();
    await first.release();
    await held(await takeLock(file, now)).release();
  });

  it('tells whoever has to wait who holds it', async () => {
    const file = join(scratch(), 'lock');
    expect(lockHolder(file)).toBeUndefined();
    const lock = held(await takeLock(file, { ...now, purpose: 'lab up x' }));
    expect(lockHolder(file)).toEqual({ pid: process.pid, purpose: 'lab up x' });
    await lock.release();
    writeFileSync(file, 'not JSON');
    expect(lockHolder(file)).toBeUndefined();
  });

  it('waits until the holder lets go', async () => {
    const file = join(scratch(), 'lock');
    const first = held(await takeLock(file, now));
    const order: string[] = [];
    const waiting = takeLock(file, { ...now, waitMs: 60_000 }).then((lock) => {
      order.push('taken');
      return held(lock);
    });
    order.push('released');
    await first.release();
    await (await waiting).release();
    expect(order).toEqual(['released', 'taken']);
  });

  it('keeps other processes out, and is free as soon as its holder is killed', async () => {
    const file = join(scratch(), 'lock');
    const other = await otherHolder(file);
    expect(await takeLock(file, now)).toBeUndefined();
    other.kill('SIGKILL');
    await held(await takeLock(file, { ...now, waitMs: 60_000 })).release();
  }, 60_000);

  it('stops waiting when aborted, with the reason', async () => {
    const file = join(scratch(), 'lock');
    const first = held(await takeLock(file, now));
    const controller = new AbortController();
    const waiting = takeLock(file, { ...now, waitMs: 60_000, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await first.release();
    await held(await takeLock(file, now)).release();
  });

  it('stays with its holder when the signal comes later: there is something to take back', async () => {
    const file = join(scratch(), 'lock');
    const controller = new AbortController();
    const lock = held(await takeLock(file, { ...now, signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await takeLock(file, now)).toBeUndefined();
    await lock.release();
    await held(await takeLock(file, now)).release();
  });

  it('is not to be had with a signal that has come already', async () => {
    const file = join(scratch(), 'lock');
    await expect(takeLock(file, { ...now, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    await held(await takeLock(file, now)).release();
  });

  it('is in a folder that nobody else may look into', async () => {
    await held(await takeLock(join(scratch(), 'made/for/it/lock'), now)).release();
    for (const folder of ['made', 'made/for', 'made/for/it'])
      expect({ folder, mode: statSync(join(scratch(), folder)).mode & 0o777 }).toEqual({
        folder,
        mode: 0o700,
      });
  });

  it('lets no two of many work at once', async () => {
    const file = join(scratch(), 'lock');
    const journal = join(scratch(), 'journal');
    const work = async (name: number): Promise<void> => {
      const lock = held(await takeLock(file, { ...now, waitMs: 60_000 }));
      appendFileSync(journal, `begin ${name}\n`);
      await new Promise(setImmediate);
      appendFileSync(journal, `end ${name}\n`);
      await lock.release();
    };
    await Promise.all([1, 2, 3, 4, 5, 6].map(work));
    const lines = readFileSync(journal, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(12);
    for (let index = 0; index < lines.length; index += 2)
      expect(lines[index + 1]).toBe(lines[index]?.replace('begin', 'end'));
  });
});

describe('a lock that cannot be taken', () => {
  /** A PATH with nothing in it but `flock`, if there is a script for it. */
  function pathWith(script?: string): void {
    const bin = join(scratch(), 'bin');
    mkdirSync(bin);
    if (script !== undefined) {
      writeFileSync(join(bin, 'flock'), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, 'flock'), 0o755);
    }
    vi.stubEnv('PATH', bin);
  }

  it('is not held by another: a folder in which nobody may make files is named at once', async () => {
    // Root, too, makes no files here.
    const file = '/sys/lab-lock';
    await expect(takeLock(file, { ...now, waitMs: 60_000 })).rejects.toMatchObject({
      problems: [{ code: 'LAB-ENV-LOCK', location: { file } }],
      cause: { stderr: expect.stringContaining(file) as string },
    });
  });

  it('is not held by another when there is no flock', async () => {
    pathWith();
    await expect(takeLock(join(scratch(), 'lock'), { ...now, waitMs: 60_000 })).rejects.toMatchObject({
      problems: [{ code: 'LAB-ENV-PROGRAM', hint: 'sudo apt-get install util-linux' }],
    });
  });

  it('is not held by another when flock is not that of util-linux, or is killed', async () => {
    pathWith('echo "flock: unrecognized option" >&2; exit 1');
    await expect(takeLock(join(scratch(), 'lock'), now)).rejects.toMatchObject({
      problems: [{ code: 'LAB-ENV-LOCK', hint: expect.stringContaining('util-linux') as string }],
    });
    writeFileSync(join(scratch(), 'bin/flock'), '#!/bin/sh\nkill -9 $$\n');
    await expect(takeLock(join(scratch(), 'lock'), now)).rejects.toMatchObject({ code: 'LAB-ENV-LOCK' });
  });

  it('ends a command at once, which would have waited an hour for another', async () => {
    pathWith('exit 66');
    const folder = new LabFolder(scratch(), 'x-12345678');
    const work = withLabLock(folder, 'x', silentTask(), async () => Promise.resolve('done'));
    await expect(work).rejects.toMatchObject({
      problems: [{ code: 'LAB-ENV-LOCK', location: { file: folder.lock } }],
    });
  });
});

describe('withLabLock', () => {
  it('says for whom it waits, and works then', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const first = held(await takeLock(folder.lock, { waitMs: 0, purpose: 'lab up x' }));
    const steps: string[] = [];
    const { signal } = new AbortController();
    let letGo: Promise<void> | undefined;
    const progress: Progress = {
      step: (title) => {
        steps.push(title);
        letGo = first.release();
        return silentProgress.step(title);
      },
      warn: () => undefined,
    };
    expect(
      await withLabLock(folder, 'lab down', taskWith(progress, signal), async () => Promise.resolve('done')),
    ).toBe('done');
    await letGo;
    expect(steps).toEqual([`Wait for \`lab up x\` (process ${process.pid}), which is using this lab`]);
  });

  it('lets go when the work fails', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    const failing = withLabLock(folder, 'x', silentTask(), async () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await held(await takeLock(folder.lock, now)).release();
  });
});
