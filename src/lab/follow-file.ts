import { open, stat } from 'node:fs/promises';
import { pause } from '../process/wait-for.js';

const POLL_MS = 200;
const PIECE = 64 * 1024;

export interface FollowedFile {
  readonly file: string;
  readonly onBytes: (bytes: Buffer) => void;
  /** Called when the file was cut short or replaced: what comes next is its beginning. */
  readonly onRestart: () => void;
}

/**
 * Passes on what a file holds and all that is appended to it, until the signal aborts. A file that is cut short, or replaced by another, is
 * followed from its beginning; one that is not there yet, once it is.
 */
export async function followFile(
  { file, onBytes, onRestart }: FollowedFile,
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  let inode: number | undefined;
  while (!signal.aborted) {
    const status = await stat(file).catch(() => undefined);
    if (status !== undefined) {
      if (inode !== undefined && (status.ino !== inode || status.size < at)) {
        at = 0;
        onRestart();
      }
      inode = status.ino;
      at = await readFrom(file, at, onBytes);
    }
    await pause(POLL_MS, signal);
  }
}

/** Reads to the end; returns where that was. */
async function readFrom(file: string, from: number, onBytes: (bytes: Buffer) => void): Promise<number> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return from;
  try {
    for (let at = from; ;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE), 0, PIECE, at);
      if (bytesRead === 0) return at;
      onBytes(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
