import { execa } from 'execa';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError } from '../errors/families.js';
import { makeOwnFolder } from './own-folder.js';
import { failureOf, ProcessError } from './process-error.js';
import { surroundings } from './surroundings.js';

export interface Lock {
  release(): Promise<void>;
}

/** What the holder of a lock says of itself. */
export interface LockHolder {
  readonly pid: number;
  readonly purpose: string;
}

export interface LockOptions {
  /** How long to wait for another holder, in ms. 0: not at all. */
  readonly waitMs: number;
  /** What this process will do while it holds the lock; shown to whoever has to wait. */
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
}

/** What flock(1) is told to end with when another process holds the lock; its other failures have other codes. */
const HELD = 75;

/**
 * Takes an exclusive lock on a file with flock(1). The kernel drops it when the holder ends, however it ends.
 * Returns undefined when another process still holds it after `waitMs`. Throws EnvironmentError if it cannot be taken at all.
 */
export async function takeLock(file: string, options: LockOptions): Promise<Lock | undefined> {
  options.signal?.throwIfAborted();
  makeOwnFolder(dirname(file));
  const wait = ['--conflict-exit-code', String(HELD), '--wait', String(options.waitMs / 1000)];
  // flock runs `sh`, which holds the lock for as long as our end of its standard input is open.
  const argv = [...wait, file, 'sh', '-c', 'echo locked; exec cat >/dev/null'];
  const holder = execa('flock', argv, {
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    buffer: { stdout: false },
    stderr: 'pipe',
    env: surroundings(),
    // A Ctrl-C at the terminal must not take the lock away before we have cleaned up.
    detached: true,
  });
  // Only the waiting ends with the signal: what has to be taken back after it is done under the lock.
  const stopWaiting = (): void => {
    holder.kill();
  };
  options.signal?.addEventListener('abort', stopWaiting);
  const taken = await Promise.race([
    new Promise<true>((resolve) => {
      holder.stdout.once('data', () => {
        resolve(true);
      });
    }),
    holder.then(() => false),
  ]);
  options.signal?.removeEventListener('abort', stopWaiting);
  if (options.signal?.aborted === true) {
    // It was told to end, whatever it said last.
    await holder;
    options.signal.throwIfAborted();
  }
  if (!taken) {
    const end = await holder;
    if (end.exitCode === HELD) return undefined;
    throw notTaken(file, failureOf(['flock', ...argv], end, undefined));
  }
  tellPurpose(file, options.purpose);
  return {
    release: async () => {
      holder.stdin.end();
      await holder;
    },
  };
}

/** Nobody holds it: waiting would not help. */
function notTaken(file: string, cause: Error): Error {
  if (!(cause instanceof ProcessError)) return cause;
  return new EnvironmentError(
    {
      code: 'LAB-ENV-LOCK',
      message: 'the lock cannot be taken, and nobody else holds it',
      location: { file },
      hint: 'make the file and its folder writable for the current user; lab needs the flock of util-linux',
    },
    { cause },
  );
}

/** Only for messages: on a full disk the lock is as good without it, and `lab down` must work there. */
function tellPurpose(file: string, purpose: string): void {
  try {
    writeFileSync(file, `${JSON.stringify({ pid: process.pid, purpose })}\n`);
  } catch {
    return;
  }
}

/** What the holder of a lock said of itself, for a message; undefined if it did not say. */
export function lockHolder(file: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}
