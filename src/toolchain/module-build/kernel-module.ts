import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import { ToolchainError } from '../../errors/families.js';
import type { Task } from '../../model/task.js';
import { chooseMirror } from '../mirror.js';
import { provisionFolder } from '../provision-folder.js';
import { moduleBuildRecipe, recipeDigest } from '../recipe.js';
import type { KernelTool, Toolchain } from '../types.js';
import { buildModule, type DebianKernel } from './build-module.js';
import { findModule } from './built-module.js';
import type { LinuxModule, ModuleSource } from './sources.js';

export interface ModuleOptions {
  readonly toolchain: Toolchain;
  /** See ToolchainOptions. */
  readonly mirror: string | undefined;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
}

/**
 * The path of a module for the toolchain's kernel, built if it is not in the cache (about 25 s, and 1 GB for a moment; needs no root,
 * but user namespaces); undefined if the kernel has the module itself, or if it is a developer's own kernel and the module is lab's.
 * Throws ToolchainError if such a kernel lacks one of Linux's, or if the mirror has no headers for the kernel any more; EnvironmentError as provisionFolder does.
 */
export async function kernelModule(
  source: ModuleSource,
  { toolchain, mirror: wish, keyring }: ModuleOptions,
  task: Task,
): Promise<string | undefined> {
  if (kernelHas(toolchain.kernel, source.name)) return undefined;
  if (toolchain.kernel.origin !== 'provisioned') {
    if (source.folder === null) return undefined;
    throw missingIn(toolchain.kernel, source);
  }
  const kernel = debianKernel(toolchain);
  const key = moduleKey(source, kernel);
  const place = join(toolchain.folder, `${source.name}-${key}`);
  const find = (): string | undefined => findModule(place, `${source.name}.ko`, key, kernel.release);
  const found = find();
  if (found !== undefined) return found;
  const mirror = chooseMirror(wish);
  return provisionFolder(
    {
      place,
      title: `Build the module ${source.name} for ${kernel.release}`,
      find,
      build: async (folder, step) => buildModule({ source, kernel, key, mirror, keyring, folder }, step),
    },
    task,
  );
}

/** What `make modules_install` and depmod list, a module a line; the first has what the kernel has built in. */
const lists = ['modules.builtin', 'modules.order', 'modules.dep'];

/**
 * Whether a kernel has a module (its name with underscores), loadable or built in. One that lists no modules at all is taken to
 * have everything built in.
 */
export function kernelHas(kernel: KernelTool, module: string): boolean {
  const text = lists
    .map((list) => join(kernel.modules, list))
    .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
    .join('\n');
  const isListed = new RegExp(`(^|/)${module.replaceAll('_', '[-_]')}\\.k?o(\\.\\w+)?(:|$)`, 'm');
  return text.trim() === '' || isListed.test(text);
}

/** 16 hex digits that change with all that a module is built from. */
function moduleKey(source: ModuleSource, { release, version }: DebianKernel): string {
  const isLinux = source.folder !== null;
  // Where lab is installed makes no difference.
  const what = isLinux ? source : source.files.map((file) => readFileSync(file, 'utf8'));
  const recipe = recipeDigest(moduleBuildRecipe(release, { linuxSource: isLinux }));
  return digestOf([what, recipe, version]).slice(0, 16);
}

function debianKernel({ kernel, packages, tree }: Toolchain): DebianKernel {
  const { release } = kernel;
  return { release, version: packages[`linux-image-${release}`], folder: dirname(tree) };
}

function missingIn(kernel: KernelTool, source: LinuxModule): ToolchainError {
  return new ToolchainError({
    code: 'LAB-TOOLCHAIN-MODULE-MISSING',
    message: `the given kernel ${kernel.release} has no module ${source.name}`,
    location: { file: kernel.modules },
    hint: `set ${source.option}=m in its configuration, build it, run "make modules_install" again and give that folder with --modules; without --kernel lab uses Debian's kernel and builds the module`,
  });
}
