import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { childrenOf, commandOf, identify, isAlive, killAndWait } from '../../../src/process/identity.js';
import { run } from '../../../src/process/run.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function spawned(command: string, args: string[]): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

function identityOf(pid: number): NonNullable<ReturnType<typeof identify>> {
  const identity = identify(pid);
  if (identity === undefined) throw new Error(`no process ${pid}`);
  return identity;
}

describe('the identity of a process', () => {
  it('holds while it runs, and no longer than that', async () => {
    const child = await spawned('sleep', ['100']);
    const identity = identityOf(child.pid);
    expect(isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    expect(identify(child.pid)).toBeUndefined();
  });

  it('is not that of another process that has its id', async () => {
    const child = await spawned('sleep', ['100']);
    const identity = identityOf(child.pid);
    expect(isAlive({ ...identity, startTime: identity.startTime + 1 })).toBe(false);
    expect(isAlive({ ...identity, bootId: 'the boot before' })).toBe(false);
    expect(await killAndWait({ ...identity, startTime: identity.startTime - 1 })).toBe(true);
    expect(isAlive(identity)).toBe(true);
  });

  it('is read right of a program whose name has spaces and parentheses', async () => {
    const program = join(scratch(), 'a) R (b 1');
    copyFileSync('/bin/sleep', program);
    chmodSync(program, 0o755);
    const child = await spawned(program, ['100']);
    const { stdout } = await run(['ps', '-o', 'lstart=', '-p', String(child.pid)]);
    expect(stdout.trim()).not.toBe('');
    const plain = identityOf((await spawned('sleep', ['100'])).pid);
    const identity = identityOf(child.pid);
    expect(isAlive(identity)).toBe(true);
    // Both began just now: the field is not another one.
    expect(Math.abs(plain.startTime - identity.startTime)).toBeLessThan(6000);
  });

  it('of a zombie is that of a process that has ended', async () => {
    // The program that the shell becomes never waits for its child; the shell itself may.
    const parent = await spawned('sh', ['-c', 'sleep 100 & echo $!; exec sleep 100']);
    const [line] = (await once(parent.stdout ?? process.stdin, 'data')) as [Buffer];
    const zombie = identityOf(Number(line.toString()));
    expect(isAlive(zombie)).toBe(true);
    while (commandOf(parent.pid)[0] !== 'sleep') await new Promise(setImmediate);
    process.kill(zombie.pid, 'SIGKILL');
    while (identify(zombie.pid) !== undefined && isAlive(zombie)) await new Promise(setImmediate);
    expect(identify(zombie.pid)).toEqual(zombie);
    expect(isAlive(zombie)).toBe(false);
    expect(await killAndWait(zombie)).toBe(true);
  });

  it('holds while a thread of the process runs, even if the first one has ended', async () => {
    const program = 'use threads; threads->create(sub { sleep 100 }); $| = 1; print "ready"; syscall(60, 0)';
    const child = await spawned('perl', ['-e', program]);
    await once(child.stdout ?? process.stdin, 'data');
    const identity = identityOf(child.pid);
    // Its memory, the command line with it, goes with the first thread; its files do not.
    while (commandOf(child.pid).length > 0) await new Promise(setImmediate);
    expect(isAlive(identity)).toBe(true);
    const exit = once(child, 'exit');
    expect(await killAndWait(identity)).toBe(true);
    await exit;
    expect(isAlive(identity)).toBe(false);
  });

  it('that never was is none', () => {
    expect(identify(2 ** 30)).toBeUndefined();
    expect(childrenOf(2 ** 30)).toEqual([]);
    expect(commandOf(2 ** 30)).toEqual([]);
  });
});

describe('killAndWait', () => {
  it('returns when a process that ignores every polite request has ended', async () => {
    const child = await spawned('sh', [
      '-c',
      'trap "" TERM INT HUP; echo ready; while :; do sleep 100; done',
    ]);
    await once(child.stdout ?? process.stdin, 'data');
    const identity = identityOf(child.pid);
    const [pid] = childrenOf(child.pid);
    expect(await killAndWait(identity)).toBe(true);
    expect(isAlive(identity)).toBe(false);
    if (pid !== undefined) await killAndWait(identityOf(pid));
  });
});

describe('childrenOf and commandOf', () => {
  it('tell the direct children and their arguments, empty ones and spaces too', async () => {
    const child = await spawned('sh', ['-c', 'sleep 100 & echo; wait', 'name with spaces', '', 'x']);
    await once(child.stdout ?? process.stdin, 'data');
    expect(commandOf(child.pid)).toEqual(['sh', '-c', 'sleep 100 & echo; wait', 'name with spaces', '', 'x']);
    const pids = childrenOf(child.pid);
    expect(pids).toHaveLength(1);
    const sleeper = identityOf(pids[0] ?? 0);
    while (commandOf(sleeper.pid)[0] !== 'sleep') await new Promise(setImmediate);
    expect(commandOf(sleeper.pid)).toEqual(['sleep', '100']);
    await killAndWait(sleeper);
  });
});
