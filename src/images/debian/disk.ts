import { renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runOrThrow } from '../../process/run.js';
import type { BuildContext } from '../build-context.js';
import { DISK } from '../layers/layer.js';
import type { StoredLayer } from '../layers/store.js';

type Tools = Pick<BuildContext, 'toolchain' | 'signal'>;

async function qemuImg(args: readonly string[], cwd: string, { toolchain, signal }: Tools): Promise<void> {
  await runOrThrow([join(toolchain.bin, 'qemu-img'), ...args], { cwd, signal });
}

/** Writes what a disk holds, with all that is below it, to a raw file. */
export async function rawFromDisk(disk: string, raw: string, tools: Tools): Promise<void> {
  await qemuImg(['convert', '-q', '-f', 'qcow2', '-O', 'raw', disk, raw], '/', tools);
}

/**
 * Makes the layer's disk of `folder`/disk.raw, and removes that. On a parent it is an overlay of only what differs: a rebase of an
 * empty overlay writes the clusters in which its old and its new backing file differ. The parent is named relative to the
 * layer's place in the cache, so that the cache may be moved.
 */
export async function diskFromRaw(
  folder: string,
  parent: StoredLayer | undefined,
  tools: Tools,
): Promise<void> {
  if (parent === undefined) {
    await qemuImg(['convert', '-q', '-f', 'raw', '-O', 'qcow2', 'disk.raw', DISK], folder, tools);
  } else {
    await qemuImg(['convert', '-q', '-f', 'raw', '-O', 'qcow2', 'disk.raw', 'whole.qcow2'], folder, tools);
    await qemuImg(
      ['create', '-q', '-f', 'qcow2', '-b', 'whole.qcow2', '-F', 'qcow2', 'new.qcow2'],
      folder,
      tools,
    );
    await qemuImg(['rebase', '-q', '-b', parent.disk, '-F', 'qcow2', 'new.qcow2'], folder, tools);
    await nameParent(folder, parent, tools);
    rmSync(join(folder, 'whole.qcow2'));
    renameSync(join(folder, 'new.qcow2'), join(folder, DISK));
  }
  rmSync(join(folder, 'disk.raw'));
}

/** Without looking: what is meant is where the layer will be, beside its parent. */
async function nameParent(folder: string, parent: StoredLayer, tools: Tools): Promise<void> {
  const name = join('..', relative(join(parent.folder, '..'), parent.disk));
  await qemuImg(['rebase', '-q', '-u', '-b', name, '-F', 'qcow2', 'new.qcow2'], folder, tools);
}
