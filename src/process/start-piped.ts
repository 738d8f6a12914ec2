import { execa } from 'execa';
import type { Readable, Writable } from 'node:stream';
import { surroundings } from './surroundings.js';

/** A program that ends with this one, and whose input and output are this one's to write and read. */
export interface PipedProcess {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves when it has ended or could not be started. Never rejects. */
  readonly ended: Promise<void>;
  /** Ends it. */
  kill(): void;
}

/** Starts a program between two pipes. What it writes to its standard error is dropped. */
export function startPiped(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): PipedProcess {
  const [file, ...args] = argv;
  const subprocess = execa(file, args, {
    reject: false,
    buffer: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
    env: surroundings(env),
  });
  return {
    input: subprocess.stdin,
    output: subprocess.stdout,
    ended: (async () => {
      await subprocess;
    })(),
    kill: () => {
      subprocess.kill('SIGKILL');
    },
  };
}
