import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../../process/run.js';
import type { KernelTool, Toolchain } from '../../toolchain/types.js';
import { unusableBase } from '../disk/qcow2.js';
import { writeBootFiles } from '../disk-boot.js';
import type { DiskFacts } from './inspect.js';

const MODULES_FOLDER = 'usr/lib/modules';

/** The newest kernel whose image and modules are both there. A rescue kernel has no modules of its own. */
function newestKernel(tree: string, releases: readonly string[]): KernelTool | undefined {
  const newestFirst = [...releases].sort((one, other) => other.localeCompare(one, 'en', { numeric: true }));
  for (const release of newestFirst) {
    const modules = join(tree, MODULES_FOLDER, release);
    const image = [join(tree, `boot/vmlinuz-${release}`), join(modules, 'vmlinuz')].find((file) =>
      existsSync(file),
    );
    if (image !== undefined && existsSync(modules)) return { image, release, modules, origin: 'provisioned' };
  }
  return undefined;
}

/**
 * Writes what a machine boots with the disk, `kernel` and `initrd`, to `result`. `scratch` has the archives modules.tar and boot.tar
 * that came from the disk. Returns the kernel's release. Throws UsageError when there is no kernel.
 */
export async function makeDiskBootFiles(
  facts: DiskFacts,
  source: string,
  folders: { readonly scratch: string; readonly result: string },
  toolchain: Toolchain,
): Promise<string> {
  const { scratch } = folders;
  const tree = join(scratch, 'disk-tree');
  for (const folder of [MODULES_FOLDER, 'boot']) mkdirSync(join(tree, folder), { recursive: true });
  await unpack(join(scratch, 'modules.tar'), join(tree, MODULES_FOLDER));
  await unpack(join(scratch, 'boot.tar'), join(tree, 'boot'));
  const kernel = newestKernel(tree, facts.kernels);
  if (kernel === undefined)
    throw unusableBase(source, 'has no kernel with modules in /usr/lib/modules', 'install one on that disk');
  const { root: device, fileSystem } = facts;
  await writeBootFiles(kernel, { device, fileSystem, mountOptions: 'noatime' }, folders, toolchain);
  return kernel.release;
}

async function unpack(archive: string, folder: string): Promise<void> {
  await runOrThrow(['tar', '-C', folder, '--no-same-owner', '--no-same-permissions', '-xf', archive]);
  rmSync(archive);
}
