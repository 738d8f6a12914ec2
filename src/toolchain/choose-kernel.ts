import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ToolchainError, UsageError } from '../errors/families.js';
import type { Environment } from '../model/environment.js';
import { makeOwnFolder } from '../process/own-folder.js';
import { unlessReadOnly } from '../process/read-only.js';
import { toolchainFolder } from './folders.js';
import { readKernelImage } from './kernel-release.js';
import type { ProvisionedTree } from './tree.js';
import type { KernelTool, ToolchainOptions } from './types.js';

/** The kernel that Debian packages and the tree holds. */
export function provisionedKernel(tree: ProvisionedTree): KernelTool {
  const { image, release, modules } = tree.manifest.kernel;
  return { image: join(tree.tree, image), release, modules: join(tree.tree, modules), origin: 'provisioned' };
}

/**
 * The developer's own kernel, or undefined if the options name none. Throws ToolchainError if the image or its modules are not
 * what they should be, UsageError for modules without a kernel.
 */
export function givenKernel(options: ToolchainOptions): KernelTool | undefined {
  if (options.kernel === undefined) {
    if (options.modules === undefined) return undefined;
    throw new UsageError({
      code: 'LAB-TOOLCHAIN-MODULES-ALONE',
      message: '--modules was given without --kernel',
      hint: 'also give the kernel image that the modules were built with: --kernel arch/x86/boot/bzImage',
    });
  }
  const image = resolve(options.kernel);
  const imageRelease = releaseOf(image);
  if (options.modules === undefined) {
    const release = imageRelease ?? 'unknown';
    return { image, release, modules: folderWithoutModules(release, options.environment), origin: 'given' };
  }
  const modules = modulesFolder(resolve(options.modules), imageRelease);
  const release = agreedRelease(image, imageRelease, modules);
  return { image, release, modules, origin: 'given' };
}

function releaseOf(image: string): string | undefined {
  const kernel = readImage(image);
  if ('format' in kernel) return kernel.release;
  throw new ToolchainError({
    code: 'LAB-TOOLCHAIN-KERNEL-FORMAT',
    message: `the given kernel is no x86-64 Linux image: ${image}: ${kernel.fault}`,
    hint: 'give arch/x86/boot/bzImage or vmlinux of a built kernel tree, or a vmlinuz of a distribution',
  });
}

function readImage(image: string): ReturnType<typeof readKernelImage> {
  try {
    return readKernelImage(image);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES') {
      throw new ToolchainError(
        {
          code: 'LAB-TOOLCHAIN-KERNEL-UNREADABLE',
          message: `the given kernel cannot be read: ${image}`,
          hint: `some distributions let only root read their kernels; make a copy: sudo install -m 644 ${image} .`,
        },
        { cause },
      );
    }
    throw new ToolchainError(
      {
        code: 'LAB-TOOLCHAIN-KERNEL-NOT-FOUND',
        message: `the given kernel is not a readable file: ${image}`,
        hint: 'give the path of a bzImage or vmlinux; build it first if this is a kernel tree (make bzImage)',
      },
      { cause },
    );
  }
}

/** Accepts /lib/modules/RELEASE itself, and what INSTALL_MOD_PATH was for `make modules_install`. */
function modulesFolder(given: string, release: string | undefined): string {
  if (isModulesFolder(given)) return given;
  const installed = join(given, 'lib/modules');
  const releases = isFolder(installed)
    ? readdirSync(installed).filter((name) => isModulesFolder(join(installed, name)))
    : [];
  const only = releases.length === 1 ? releases[0] : releases.find((name) => name === release);
  if (only !== undefined) return join(installed, only);
  throw new ToolchainError({
    code: 'LAB-TOOLCHAIN-MODULES-NOT-FOUND',
    message: `the given modules folder has no kernel modules as "make modules_install" leaves them: ${given}`,
    hint: `give the folder that holds kernel/ and modules.builtin: make modules_install INSTALL_MOD_PATH=DIR, then --modules DIR/lib/modules/${release ?? 'RELEASE'}`,
  });
}

function isModulesFolder(folder: string): boolean {
  return isFolder(join(folder, 'kernel')) || existsSync(join(folder, 'modules.builtin'));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The release of both; a folder with a name of its own (not one like 6.12.0) is believed to belong to the image. */
function agreedRelease(image: string, imageRelease: string | undefined, modules: string): string {
  const name = basename(modules);
  const namedRelease = /^\d+\.\d+/.test(name) ? name : undefined;
  if (imageRelease === undefined || namedRelease === undefined)
    return imageRelease ?? namedRelease ?? 'unknown';
  if (imageRelease === namedRelease) return imageRelease;
  throw new ToolchainError({
    code: 'LAB-TOOLCHAIN-MODULES-MISMATCH',
    message: `the given kernel is ${imageRelease} (${image}) but the modules are ${namedRelease}'s (${modules})`,
    hint: 'such modules do not load: run "make modules_install" again for this image, or give the image that they belong to',
  });
}

/** A kernel without modules has everything built in: its modules folder lists none, or is not there in a cache that cannot be written. */
function folderWithoutModules(release: string, environment: Environment): string {
  const folder = join(toolchainFolder(environment), 'no-modules', release.replaceAll('/', '_'));
  const list = join(folder, 'modules.builtin');
  if (!existsSync(list)) {
    unlessReadOnly(() => {
      makeOwnFolder(folder);
      writeFileSync(list, '');
    });
  }
  return folder;
}
