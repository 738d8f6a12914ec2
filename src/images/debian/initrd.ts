import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../../model/folders.js';
import { runOrThrow } from '../../process/run.js';
import type { KernelTool, Toolchain } from '../../toolchain/types.js';
import { packRoot } from '../micro/pack-root.js';
import { installModules } from '../micro/modules.js';
import { prepareKernel } from '../micro/kernel.js';

/** What stands between the kernel and the disk. */
const MODULES = ['virtio_pci', 'virtio_blk', 'ext4'];
const MODULES_FOLDER = 'usr/lib/modules';

/** The kernel in a tree of packages: its image in /boot, its modules below /usr. */
function kernelIn(tree: string): KernelTool {
  const [release] = readdirSync(join(tree, MODULES_FOLDER));
  const image = join(tree, `boot/vmlinuz-${release ?? ''}`);
  if (release === undefined || !existsSync(image)) throw new Error('the image has no kernel');
  return { image, release, modules: join(tree, MODULES_FOLDER, release), origin: 'provisioned' };
}

/**
 * Writes what a machine boots with the disk: `kernel` and `initrd`, the smallest that finds the disk and goes on from there. `archive`
 * is the image's tree (tar). Returns the kernel's release.
 */
export async function makeBootFiles(
  archive: string,
  result: string,
  scratch: string,
  toolchain: Toolchain,
): Promise<string> {
  const tree = join(scratch, 'kernel-tree');
  const root = join(scratch, 'initrd-root');
  mkdirSync(tree);
  await runOrThrow(['tar', '-C', tree, '-xf', archive, './boot', `./${MODULES_FOLDER}`]);
  const kernel = kernelIn(tree);
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'root'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(toolchain.tree, 'usr/bin/busybox'), join(root, 'bin/busybox'));
  symlinkSync('busybox', join(root, 'bin/sh'));
  copyFileSync(shippedFile('images/debian/files/init'), join(root, 'init'));
  chmodSync(join(root, 'init'), 0o755);
  await installModules(kernel, { names: MODULES, built: [] }, root, toolchain.bin, scratch);
  await packRoot(root, join(result, 'initrd'), toolchain.bin);
  await prepareKernel(kernel.image, join(result, 'kernel'), toolchain.bin);
  return kernel.release;
}
