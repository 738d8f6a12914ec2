import type { Readable } from 'node:stream';
import { UsageError } from '../errors/families.js';
import type { Spawned } from '../process/spawned.js';

/** Bytes of a command's output that fit into one JSON text without trouble. */
const LIMIT = 64 * 1024 ** 2;

export interface Collected {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMIT) throw tooMuch();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooMuch(): UsageError {
  return new UsageError({
    code: 'LAB-EXEC-TOO-MUCH',
    message: `the command wrote more than ${LIMIT / 1024 ** 2} MiB, which is too much for JSON`,
    hint: 'leave out --json: without it, output of any size is passed on as it comes',
  });
}

/** Collects all that a command writes. Throws UsageError, having ended the command, if that is too much. */
export async function collectStreams(command: Spawned): Promise<Collected> {
  if (command.stdin !== null) process.stdin.pipe(command.stdin);
  try {
    const [exitCode, stdout, stderr] = await Promise.all([
      command.ended,
      collect(command.stdout),
      collect(command.stderr),
    ]);
    return { exitCode, stdout, stderr };
  } catch (error) {
    await command.end();
    throw error;
  } finally {
    if (command.stdin !== null) process.stdin.destroy();
  }
}
