import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { digest } from '../../model/digest.js';
import { withStep } from '../../model/progress.js';
import type { Task } from '../../model/task.js';
import { runOrThrow } from '../../process/run.js';
import { isWhole } from '../../process/whole-folder.js';
import type { KernelTool, Toolchain } from '../../toolchain/types.js';
import type { BootImage } from '../boot-image.js';
import type { BuildContext } from '../build-context.js';
import { buildFolder } from '../build-folder.js';
import { imagesFolder } from '../layers/store.js';
import type { InitramfsImage } from '../names.js';
import { prepareKernel } from './kernel.js';
import { installModules, modulesDigest } from './modules.js';
import { packRoot } from './pack-root.js';
import { installPrograms } from './programs.js';

/** Raised when the way the image is put together changes in a manner that its inputs do not show. */
const RECIPE_VERSION = 5;

/** A file of an image: where it is on this computer, where it is to be, and its permissions. */
export interface ImageFile {
  readonly source: string;
  readonly target: string;
  readonly mode: number;
}

/** What is put into an image by code of its own. */
export interface Addition {
  /** Changes with all that is put there. */
  readonly digest: string;
  readonly install: (root: string) => Promise<void>;
}

/** What an image that is all in its initramfs is made of. */
export interface InitramfsContents {
  readonly name: InitramfsImage;
  /** Paths in the toolchain's tree, and in the image. */
  readonly programs: readonly string[];
  /** Names of modules; those that the kernel does not have are passed over. */
  readonly modules: readonly string[];
  /** Modules (absolute paths) that were built for the toolchain's kernel. */
  readonly builtModules: readonly string[];
  readonly files: readonly ImageFile[];
  readonly additions: readonly Addition[];
}

/** A provisioned kernel is part of the tree's digest; a developer's own is what its bytes say. */
function kernelDigest(kernel: KernelTool, modules: readonly string[]): string {
  if (kernel.origin === 'provisioned') return kernel.release;
  const image = digest(readFileSync(kernel.image));
  return `${image} ${modulesDigest(kernel, modules)}`;
}

/** Hex SHA-256 over all that goes into the image. */
export function initramfsDigest(contents: InitramfsContents, toolchain: Toolchain): string {
  const { name, programs, modules, builtModules, files, additions } = contents;
  const hash = createHash('sha256').update(
    JSON.stringify([
      RECIPE_VERSION,
      name,
      toolchain.treeDigest,
      kernelDigest(toolchain.kernel, modules),
      programs,
      modules,
      additions.map(({ digest }) => digest),
    ]),
  );
  for (const path of builtModules) hash.update(`${basename(path)} `).update(readFileSync(path));
  for (const { source, target, mode } of files) hash.update(`${target} ${mode}`).update(readFileSync(source));
  return hash.digest('hex');
}

/** An image of these contents: built from the toolchain once; later calls return what is in the cache. */
export async function initramfsImage(
  contents: InitramfsContents,
  { toolchain, environment }: BuildContext,
  task: Task,
): Promise<BootImage> {
  const contentDigest = initramfsDigest(contents, toolchain);
  const folder = join(imagesFolder(environment.cache), contents.name, contentDigest.slice(0, 32));
  const image = {
    kernel: join(folder, 'kernel'),
    initrd: join(folder, 'initrd'),
    disk: null,
    digest: contentDigest,
  };
  if (isWhole(folder)) return image;
  const build = async (result: string, scratch: string): Promise<void> => {
    const root = join(scratch, 'root');
    await fillRoot(root, contents, toolchain, scratch);
    await packRoot(root, join(result, 'initrd'), toolchain.bin);
    await prepareKernel(toolchain.kernel.image, join(result, 'kernel'), toolchain.bin);
  };
  await withStep(task, `Build the image ${contents.name}`, async () => buildFolder(folder, build, task));
  return image;
}

async function fillRoot(
  root: string,
  contents: InitramfsContents,
  toolchain: Toolchain,
  scratch: string,
): Promise<void> {
  const { programs, modules, builtModules, files, additions } = contents;
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sbin', 'sys', 'tmp', 'var'])
    mkdirSync(join(root, folder), { recursive: true });
  await installPrograms(toolchain.tree, programs, root);
  const { stdout } = await runOrThrow([join(toolchain.bin, 'busybox'), '--list']);
  const own = new Set(['sh', ...programs.map((program) => basename(program))]);
  for (const applet of stdout.split('\n').filter((name) => name !== '' && !own.has(name))) {
    symlinkSync('/usr/bin/busybox', join(root, 'bin', applet));
  }
  symlinkSync('/usr/bin/busybox', join(root, 'init'));
  // Not busybox's shell: that one runs its own `ip` whatever PATH says.
  symlinkSync('/usr/bin/dash', join(root, 'bin/sh'));
  symlinkSync('/run', join(root, 'var/run'));
  await installModules(
    toolchain.kernel,
    { names: modules, built: builtModules },
    root,
    toolchain.bin,
    scratch,
  );
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  for (const { source, target, mode } of files) {
    mkdirSync(dirname(join(root, target)), { recursive: true });
    copyFileSync(source, join(root, target));
    chmodSync(join(root, target), mode);
  }
  for (const addition of additions) await addition.install(root);
}
