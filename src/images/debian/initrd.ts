import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../../process/run.js';
import type { KernelTool, Toolchain } from '../../toolchain/types.js';
import { writeBootFiles } from '../disk-boot.js';

/** The whole disk is one file system; it is thrown away, so that its inodes need not be made ready. */
export const ROOT_ON_DISK = { device: '/dev/vda', fileSystem: 'ext4', mountOptions: 'noatime,noinit_itable' };
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
  mkdirSync(tree);
  await runOrThrow(['tar', '-C', tree, '-xf', archive, './boot', `./${MODULES_FOLDER}`]);
  const kernel = kernelIn(tree);
  await writeBootFiles(kernel, ROOT_ON_DISK, { result, scratch }, toolchain);
  return kernel.release;
}
