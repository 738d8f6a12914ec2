import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { digest } from '../../model/digest.js';
import type { Task } from '../../model/task.js';
import { ToolchainError } from '../../errors/families.js';
import { LabError } from '../../errors/lab-error.js';
import { ProcessError } from '../../process/process-error.js';
import type { Mirror } from '../mirror.js';
import { fetchTree } from '../mmdebstrap.js';
import { faultIn } from '../../process/words.js';
import { moduleBuildRecipe, sourceVersionOf } from '../recipe.js';
import { removeFolder } from '../../process/remove-folder.js';
import { programsFor, requirePrograms } from '../requirements.js';
import { packagesOfTree } from '../tree.js';
import { releaseOfModule, writeRecord } from './built-module.js';
import type { ModuleSource } from './sources.js';
import { runInTree } from './run-in-tree.js';

export interface BuildModuleOptions {
  readonly source: ModuleSource;
  readonly kernel: DebianKernel;
  readonly key: string;
  readonly mirror: Mirror;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
  /** An empty folder, which gets the module and its record; what else is needed meanwhile is gone in the end. */
  readonly folder: string;
}

/** A kernel of Debian's in the toolchain's tree. */
export interface DebianKernel {
  readonly release: string;
  /** The version of its package, where the tree tells. */
  readonly version: string | undefined;
  /** The folder of the cache that holds it. */
  readonly folder: string;
}

/** Where the module is built, in the tree. */
const workFolder = '/build';

/**
 * Builds a module that Debian's kernel leaves out. The packages for it are fetched, used in place and removed
 * again: 560 MB for a module of less than 0.1 MB. Throws EnvironmentError and ToolchainError.
 */
export async function buildModule(options: BuildModuleOptions, task: Task): Promise<void> {
  const { source, kernel, folder } = options;
  requirePrograms(programsFor.treesAsRoots, 'building a kernel module');
  const tree = join(folder, 'tree');
  await fetchBuildTree(options, tree, task);
  const packages = packagesOfTree(tree);
  requireSameVersion(kernel, packages[`linux-headers-${kernel.release}`]);

  task.detail(`building ${source.name}`);
  const built = join(tree, workFolder, `${source.name}.ko`);
  try {
    await compile(options, tree, task);
  } catch (cause) {
    task.signal.throwIfAborted();
    if (cause instanceof LabError) throw cause;
    throw buildFailed(source, kernel, cause);
  }
  const release = releaseOfModule(built);
  if (release !== kernel.release)
    throw buildFailed(source, kernel, new Error(`what was built is for ${release ?? 'no kernel'}`));
  await copyFile(built, join(folder, `${source.name}.ko`));
  writeRecord(folder, {
    key: options.key,
    release,
    made: new Date().toISOString(),
    mirror: options.mirror.url,
    packages,
    digest: digest(await readFile(built)),
  });
  await removeFolder(tree);
}

async function fetchBuildTree(
  { source, kernel, mirror, keyring }: BuildModuleOptions,
  tree: string,
  task: Task,
): Promise<void> {
  try {
    const recipe = moduleBuildRecipe(kernel.release, { linuxSource: source.folder !== null });
    await fetchTree({ recipe, mirror, keyring, tree }, task);
  } catch (error) {
    if (isWithoutPackages(error)) throw movedOn(kernel, 'no longer has its headers or its source', error);
    throw error;
  }
}

/** apt's words, which mmdebstrap-failure.ts keeps as the cause. */
function isWithoutPackages(error: unknown): boolean {
  if (!(error instanceof LabError) || !(error.cause instanceof Error)) return false;
  return /Unable to locate package linux-|Package '?linux-\S+ has no installation candidate/.test(
    error.cause.message,
  );
}

function requireSameVersion(kernel: DebianKernel, headers: string | undefined): void {
  if (kernel.version === undefined || headers === kernel.version) return;
  throw movedOn(kernel, `has the headers of ${headers ?? 'another'}, and the kernel is ${kernel.version}`);
}

function movedOn(kernel: DebianKernel, how: string, cause?: unknown): ToolchainError {
  return new ToolchainError(
    {
      code: 'LAB-TOOLCHAIN-MODULE-KERNEL',
      message: `a module must be built for the kernel ${kernel.release}, and the mirror ${how}`,
      hint: `the mirror has a newer kernel now: remove ${kernel.folder} when no lab is up; the next run fetches the newer kernel`,
    },
    cause === undefined ? {} : { cause },
  );
}

async function compile({ source, kernel }: BuildModuleOptions, tree: string, task: Task): Promise<void> {
  const work = join(tree, workFolder);
  await mkdir(work);
  // mawk’s package is only unpacked, so nothing has made this link.
  await runInTree(tree, ['ln', '-sf', 'mawk', '/usr/bin/awk'], task);
  await putSource(source, kernel, tree, task);
  await writeFile(join(work, 'Makefile'), `obj-m := ${source.name}.o\n`);
  await runInTree(
    tree,
    ['make', '-C', `/usr/src/linux-headers-${kernel.release}`, `M=${workFolder}`, 'modules'],
    task,
  );
  await runInTree(tree, ['strip', '--strip-debug', `${workFolder}/${source.name}.ko`], task);
}

/** Puts the module's files into the folder where it is built. */
async function putSource(
  { folder, files }: ModuleSource,
  kernel: DebianKernel,
  tree: string,
  task: Task,
): Promise<void> {
  if (folder === null) {
    for (const file of files) await copyFile(file, join(tree, workFolder, basename(file)));
    return;
  }
  const name = `linux-source-${sourceVersionOf(kernel.release)}`;
  const members = files.map((file) => `${name}/${folder}/${file}`);
  await runInTree(
    tree,
    [
      ...(['tar', '--extract', '--xz', '--no-same-owner', '--occurrence=1'] as const),
      ...[`--file=/usr/src/${name}.tar.xz`, `--directory=${workFolder}`],
      ...[`--strip-components=${folder.split('/').length + 1}`, ...members],
    ],
    task,
  );
}

function buildFailed(source: ModuleSource, kernel: DebianKernel, cause: unknown): LabError {
  const fault = cause instanceof ProcessError ? faultIn(cause.stderr) : undefined;
  if (fault !== undefined) return fault;
  const said = cause instanceof ProcessError ? lastLines(cause.stderr) : undefined;
  return new ToolchainError(
    {
      code: 'LAB-TOOLCHAIN-MODULE-BUILD',
      message: `the module ${source.name} could not be built for the kernel ${kernel.release}`,
      hint: `run the command again${source.folder === null ? '' : `; if it fails again, give a kernel that has it (${source.option}=m) with --kernel and --modules`}`,
    },
    { cause: said === undefined ? cause : new Error(said, { cause }) },
  );
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n');
}
