import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { runOrThrow } from '../../process/run.js';
import type { Toolchain } from '../../toolchain/types.js';
import { DISK } from '../layers/layer.js';
import { nameBelow, type StoredLayer } from '../layers/store.js';

async function qemuImg(
  args: readonly string[],
  cwd: string,
  { bin }: Toolchain,
  { signal }: Task,
): Promise<void> {
  await runOrThrow([join(bin, 'qemu-img'), ...args], { cwd, signal });
}

/** Writes what a disk holds, with all that is below it, to a raw file. */
export async function rawFromDisk(
  disk: string,
  raw: string,
  toolchain: Toolchain,
  task: Task,
): Promise<void> {
  await qemuImg(['convert', '-q', '-f', 'qcow2', '-O', 'raw', disk, raw], '/', toolchain, task);
}

/**
 * Makes the layer's disk of `folder`/disk.raw, and removes that. On a parent it is an overlay of only what differs: a rebase of an
 * empty overlay writes the clusters in which its old and its new backing file differ. The parent is named relative to the
 * layer's place in the cache, so that the cache may be moved.
 */
export async function diskFromRaw(
  folder: string,
  parent: StoredLayer | undefined,
  toolchain: Toolchain,
  task: Task,
): Promise<void> {
  if (parent === undefined) {
    await qemuImg(['convert', '-q', '-f', 'raw', '-O', 'qcow2', 'disk.raw', DISK], folder, toolchain, task);
  } else {
    await qemuImg(
      ['convert', '-q', '-f', 'raw', '-O', 'qcow2', 'disk.raw', 'whole.qcow2'],
      folder,
      toolchain,
      task,
    );
    await qemuImg(
      ['create', '-q', '-f', 'qcow2', '-b', 'whole.qcow2', '-F', 'qcow2', 'new.qcow2'],
      folder,
      toolchain,
      task,
    );
    await qemuImg(['rebase', '-q', '-b', parent.disk, '-F', 'qcow2', 'new.qcow2'], folder, toolchain, task);
    await nameParent(folder, parent, toolchain, task);
    rmSync(join(folder, 'whole.qcow2'));
    renameSync(join(folder, 'new.qcow2'), join(folder, DISK));
  }
  rmSync(join(folder, 'disk.raw'));
}

/** Without looking: what is meant is where the layer will be, beside its parent. */
async function nameParent(
  folder: string,
  parent: StoredLayer,
  toolchain: Toolchain,
  task: Task,
): Promise<void> {
  await qemuImg(
    ['rebase', '-q', '-u', '-b', nameBelow(parent), '-F', 'qcow2', 'new.qcow2'],
    folder,
    toolchain,
    task,
  );
}
