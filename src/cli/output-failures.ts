import { writeSync } from 'node:fs';
import type { WriteStream } from 'node:tty';
import { EnvironmentError } from '../errors/families.js';
import { formatError } from '../errors/format.js';
import { ExitCode, type LabError } from '../errors/lab-error.js';

const STDERR = 2;

interface Output {
  readonly name: 'stdout' | 'stderr';
  readonly stream: WriteStream;
  failure: NodeJS.ErrnoException | undefined;
}

const outputs: readonly Output[] = [
  { name: 'stdout', stream: process.stdout, failure: undefined },
  { name: 'stderr', stream: process.stderr, failure: undefined },
];

/** A reader that closes its pipe early (`lab test | head`), or a terminal that is closed, is not an error: nobody is left to read. */
function isWithoutReader({ code }: NodeJS.ErrnoException, { stream }: Output): boolean {
  return code === 'EPIPE' || (code === 'EIO' && stream.isTTY);
}

function notWritten({ name }: Output, cause: NodeJS.ErrnoException): LabError {
  return new EnvironmentError(
    {
      code: 'LAB-ENV-OUTPUT',
      message: `what lab prints cannot be written to ${name}`,
      hint: 'make room where the output goes, or send it elsewhere, then run the command again',
    },
    { cause },
  );
}

/** Node tells of a failed write a moment after; the end of this process may come first. */
function failureOf(output: Output): NodeJS.ErrnoException | undefined {
  const last = output.stream.errored;
  return output.failure ?? (last === null || isWithoutReader(last, output) ? undefined : last);
}

/** Only what says that all went well, or what a check found, gives way: nobody has read it. */
function tellAtExit(code: number): void {
  for (const output of outputs) {
    const failure = failureOf(output);
    if (failure === undefined) continue;
    if (code < ExitCode.wrong) process.exitCode = ExitCode.wrong;
    try {
      writeSync(STDERR, `${formatError(notWritten(output, failure))}\n`);
    } catch {
      // There is nowhere to tell it; the exit code does.
    }
  }
}

/** Whether an error is one that a write of this process's output met; the framework throws those anew. */
export function isOutputFailure(error: unknown): boolean {
  return outputs.some(({ failure }) => failure !== undefined && failure === error);
}

/**
 * Lets a command run to its end, and take down what it brought up, when its output cannot be written. Its exit code stays the true one if
 * only the reader has gone; otherwise the end of this process tells what could not be written, and exits with 2.
 */
export function watchOutput(): void {
  for (const output of outputs)
    output.stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!isWithoutReader(error, output)) output.failure = error;
    });
  process.on('exit', tellAtExit);
}
