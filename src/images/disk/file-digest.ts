import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digest } from '../../model/digest.js';
import type { Task } from '../../model/task.js';
import { unlessReadOnly } from '../../process/read-only.js';
import { readJson, writeJson } from '../../toolchain/json-file.js';
import { imagesFolder } from '../layers/store.js';

const CHUNK_BYTES = 4 * 1024 * 1024;

interface KnownDigest {
  readonly mark: string;
  readonly sha256: string;
}

/** Changes whenever the file is written to or another takes its place. */
function markOf(file: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

function hashFile(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    for (let read = -1; read !== 0;) {
      read = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** The SHA-256 (hex) of a file, which is read once for each content: a disk of gigabytes takes seconds. */
export function knownDigest(file: string, cache: string): string {
  const mark = markOf(file);
  const name = digest(file).slice(0, 16);
  const note = join(imagesFolder(cache), 'digests', `${name}.json`);
  const known = readJson(note) as KnownDigest | undefined;
  if (known?.mark === mark) return known.sha256;
  const sha256 = hashFile(file);
  unlessReadOnly(() => {
    writeJson(note, { mark, sha256 });
  });
  return sha256;
}

/** The SHA-256 (hex) of what a file holds right now. */
export async function digestOfFile(file: string, { signal }: Task): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: CHUNK_BYTES }), hash, { signal });
  return hash.digest('hex');
}
