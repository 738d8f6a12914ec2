import { renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ReadableStream } from 'node:stream/web';
import { makeOwnFolder } from '../../process/own-folder.js';
import { pause } from '../../process/wait-for.js';
import { ToolchainError } from '../../errors/families.js';
import type { Task } from '../../model/task.js';
import { digestOfFile } from './file-digest.js';

/** In a row without a byte more: then it is not the connection that is bad. */
const MAX_FAILURES = 4;
const RETRY_MS = 250;
/** Without a byte. */
const STALL_MS = 60_000;

export interface DownloadOptions {
  readonly url: string;
  /** Hex. */
  readonly sha256: string;
  /** Where to put it. What has come of it so far lies beside it, with `.part` added. */
  readonly target: string;
  /** `total` is undefined when the server does not tell. */
  readonly onBytes: (done: number, total: number | undefined) => void;
}

/** The server has answered, and will not answer differently a moment later. */
class Refusal extends Error {}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function totalOf(response: Response, start: number): number | undefined {
  const [, range] = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (range !== undefined) return Number(range);
  const length = response.headers.get('content-length');
  return length === null ? undefined : start + Number(length);
}

/** Ends a transfer that the signal ends, or in which nothing comes any more. */
function watch(signal: AbortSignal): { signal: AbortSignal; alive: () => void; end: () => void } {
  const stalled = new AbortController();
  const timer = setTimeout(() => {
    stalled.abort(new Error(`nothing came for ${STALL_MS / 1000} s`));
  }, STALL_MS);
  return {
    signal: AbortSignal.any([stalled.signal, signal]),
    alive: () => timer.refresh(),
    end: () => {
      clearTimeout(timer);
    },
  };
}

/** Writes what comes to `part`, after its first `start` bytes. Returns how many it then has. When no more comes, what has come is there. */
async function append(
  body: ReadableStream<Uint8Array>,
  part: string,
  start: number,
  onBytes: (done: number) => void,
): Promise<number> {
  const file = await open(part, start === 0 ? 'w' : 'a');
  let done = start;
  try {
    for await (const chunk of body) {
      await file.writeFile(chunk);
      done += chunk.byteLength;
      onBytes(done);
    }
  } finally {
    await file.close();
  }
  return done;
}

/** Fetches what is missing of `part`. Throws when it does not come to its end; what has come stays. */
async function transfer(part: string, { url, onBytes }: DownloadOptions, { signal }: Task): Promise<void> {
  const have = sizeOf(part);
  const watcher = watch(signal);
  try {
    const response = await fetch(url, {
      signal: watcher.signal,
      ...(have === 0 ? {} : { headers: { range: `bytes=${have}-` } }),
    });
    // Nothing is missing, or what is there is not the beginning of it: the checksum tells.
    if (response.status === 416 && have > 0) return;
    if (!response.ok || response.body === null)
      throw new Refusal(`${response.status} ${response.statusText}`.trim());
    const start = response.status === 206 ? have : 0;
    const total = totalOf(response, start);
    const done = await append(response.body as ReadableStream<Uint8Array>, part, start, (bytes) => {
      watcher.alive();
      onBytes(bytes, total);
    });
    if (total !== undefined && done < total) throw new Error(`it ended after ${done} of ${total} bytes`);
  } finally {
    watcher.end();
  }
}

async function fetchAll(part: string, options: DownloadOptions, task: Task): Promise<void> {
  let failures = 0;
  for (;;) {
    const before = sizeOf(part);
    try {
      await transfer(part, options, task);
      return;
    } catch (error) {
      task.signal.throwIfAborted();
      failures = sizeOf(part) > before ? 1 : failures + 1;
      if (error instanceof Refusal || isOfDisk(error) || failures >= MAX_FAILURES) throw error;
      await pause(RETRY_MS * failures, task.signal);
    }
  }
}

/** What the own disk says is told as such: see system-error.ts. */
function isOfDisk(error: unknown): boolean {
  return error instanceof Error && ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes(codeOf(error) ?? '');
}

function codeOf(error: Error): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/**
 * Fetches a file over HTTP, going on where an earlier attempt ended, and checks it: nothing is at `target` whose SHA-256 is another.
 * Throws ToolchainError; after a checksum that is wrong nothing of it stays, after an interruption what has come does.
 */
export async function download(options: DownloadOptions, task: Task): Promise<void> {
  const { url, sha256, target } = options;
  const part = `${target}.part`;
  makeOwnFolder(dirname(target));
  try {
    await fetchAll(part, options, task);
  } catch (error) {
    task.signal.throwIfAborted();
    if (isOfDisk(error)) throw error;
    throw downloadFailed(url, error, sizeOf(part));
  }
  const found = await digestOfFile(part, task);
  if (found !== sha256) {
    rmSync(part);
    throw new ToolchainError({
      code: 'LAB-IMAGE-CHECKSUM',
      message: `${url} is not the expected file: its SHA-256 is ${found} instead of ${sha256}`,
      hint: 'the file was deleted; try again, and use another mirror if this happens again',
    });
  }
  renameSync(part, target);
}

function downloadFailed(url: string, error: unknown, have: number): ToolchainError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new ToolchainError(
    {
      code: 'LAB-IMAGE-DOWNLOAD',
      message: `${url} could not be fetched`,
      hint:
        have === 0
          ? 'see the reason below; LAB_ROCKY_MIRROR selects another mirror of Rocky Linux'
          : `the same command continues after the ${have} bytes fetched so far; LAB_ROCKY_MIRROR selects another mirror of Rocky Linux`,
    },
    { cause },
  );
}
