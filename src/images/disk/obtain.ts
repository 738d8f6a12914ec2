import { constants, copyFileSync, renameSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../errors/lab-error.js';
import type { DiskSource } from '../../model/lab.js';
import type { Task } from '../../model/task.js';
import { imagesFolder } from '../layers/store.js';
import type { LayerWork } from '../layers/layer-work.js';
import { download } from './download.js';
import { digestOfFile, knownDigest } from './file-digest.js';
import { requireWholeQcow2, unusableBase } from './qcow2.js';

const MIB = 1024 * 1024;
/** Libguestfs waits for ever when the disk below it is full. */
const ROOM_BYTES = 2048 * MIB;
const SHOW_EVERY_MS = 200;

/** The SHA-256 of what a source has or has to have. Throws UsageError for a file that cannot be built on. */
export function sourceDigest(source: DiskSource, cache: string): string {
  if (source.kind === 'download') return source.sha256;
  requireWholeQcow2(source.path);
  return knownDigest(source.path, cache);
}

/** Throws LabError when the disk of the cache folder has not so many bytes left, and as many as a build needs beside. */
export function requireRoom(bytes: number, cache: string): void {
  const { bavail, bsize } = statfsSync(imagesFolder(cache));
  if (bavail * bsize >= bytes + ROOM_BYTES) return;
  throw new LabError({
    code: 'LAB-ENV-DISK-FULL',
    message: `an image needs ${Math.ceil((bytes + ROOM_BYTES) / MIB)} MiB, and the disk has ${Math.floor((bavail * bsize) / MIB)} MiB left`,
    location: { file: imagesFolder(cache) },
    hint: 'make room there (lab image prune), or set XDG_CACHE_HOME to another disk',
  });
}

/** Puts the disk that a source names, checked, to `target`. */
export async function obtainDisk(
  source: DiskSource,
  target: string,
  work: LayerWork,
  task: Task,
): Promise<void> {
  if (source.kind === 'file') await copyDisk(source.path, target, work, task);
  else await fetchDisk(source, target, work, task);
  requireWholeQcow2(target);
}

async function copyDisk(path: string, target: string, { cache }: LayerWork, task: Task): Promise<void> {
  const wanted = knownDigest(path, cache);
  requireRoom(statSync(path).size, cache);
  copyFileSync(path, target, constants.COPYFILE_FICLONE);
  if ((await digestOfFile(target, task)) === wanted) return;
  throw unusableBase(
    path,
    'changed while it was being copied',
    'run the command again when nothing writes to it',
  );
}

async function fetchDisk(
  { url, sha256 }: Extract<DiskSource, { kind: 'download' }>,
  target: string,
  work: LayerWork,
  task: Task,
): Promise<void> {
  const fetched = join(imagesFolder(work.cache), 'downloads', sha256);
  requireRoom(0, work.cache);
  work.log(`fetching ${url}`);
  let shown = 0;
  const onBytes = (done: number, total: number | undefined): void => {
    if (Date.now() - shown < SHOW_EVERY_MS && done !== total) return;
    shown = Date.now();
    task.detail(bytesOf(done, total));
  };
  await download({ url, sha256, target: fetched, onBytes }, task);
  work.log(`${statSync(fetched).size} bytes fetched, SHA-256 ${sha256}`);
  renameSync(fetched, target);
}

function bytesOf(done: number, total: number | undefined): string {
  const mebibytes = (bytes: number): string => (bytes / MIB).toFixed(1);
  return total === undefined
    ? `${mebibytes(done)} MiB fetched`
    : `${mebibytes(done)} of ${mebibytes(total)} MiB fetched`;
}
