import { join } from 'node:path';
import { throwShortage } from '../errors/system-error.js';
import type { Task } from '../model/task.js';
import { runOrThrow } from '../process/run.js';
import { contentDigest, writeManifest, type Manifest } from './manifest.js';
import { fetchTree } from './mmdebstrap.js';
import type { Mirror } from './mirror.js';
import { askQemu } from './qemu-feature.js';
import { recipeDigest, type Recipe } from './recipe.js';
import { removeFolder } from '../process/remove-folder.js';
import { incomplete, kernelOfTree, packagesOfTree } from './tree.js';
import { writeWrappers } from './wrappers.js';

export interface BuildOptions {
  readonly recipe: Recipe;
  readonly mirror: Mirror;
  /** See debianKeyring. */
  readonly keyring: string | undefined;
  /** An empty folder, which gets `tree/`, `bin/` and, last, `manifest.json`. */
  readonly folder: string;
}

/** Fills a folder with the recipe's tree, proves that its programs run, and records what is in it. */
export async function buildTree(options: BuildOptions, task: Task): Promise<void> {
  const { recipe, mirror, keyring, folder } = options;
  const tree = join(folder, 'tree');
  const bin = join(folder, 'bin');
  const withQemu = recipe.packages.includes('qemu-system-x86');

  await fetchTree({ recipe, mirror, keyring, tree }, task);
  // Device nodes, if mmdebstrap ran as root; nothing here uses them.
  await removeFolder(join(tree, 'dev'));

  task.detail('inspecting the packages');
  const missing = await writeWrappers(bin, tree, withQemu);
  if (missing.length > 0) throw incomplete(missing.join(', '));
  const kernel = kernelOfTree(tree);
  await indexModules(bin, tree, kernel, task);
  const qemuVersion = withQemu ? await provenQemu(bin, task) : undefined;
  await proveBusybox(bin, task);

  await writeManifest(folder, manifestOf(options, tree, kernel, qemuVersion));
}

function manifestOf(
  options: BuildOptions,
  tree: string,
  kernel: Manifest['kernel'],
  qemuVersion: string | undefined,
): Manifest {
  const recipe = recipeDigest(options.recipe);
  const packages = packagesOfTree(tree);
  return {
    recipe,
    made: new Date().toISOString(),
    mirror: options.mirror.url,
    packages,
    treeDigest: contentDigest(recipe, packages),
    kernel,
    ...(qemuVersion === undefined ? {} : { qemuVersion }),
  };
}

/** Writes modules.dep, which installing the kernel would have done. */
async function indexModules(
  bin: string,
  tree: string,
  kernel: Manifest['kernel'],
  { signal }: Task,
): Promise<void> {
  const parent = kernel.modules.slice(0, kernel.modules.lastIndexOf('/'));
  try {
    await runOrThrow([join(bin, 'depmod'), '-b', tree, '-m', `/${parent}`, kernel.release], {
      timeoutMs: 120_000,
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    throwShortage(cause);
    throw incomplete('a working depmod', cause);
  }
}

async function provenQemu(bin: string, task: Task): Promise<string> {
  try {
    const { version, sriov } = await askQemu([join(bin, 'qemu-system-x86_64')], task);
    if (sriov) return version;
    throw new Error(
      `QEMU ${version} has no composable SR-IOV devices (virtio-net-pci has no property sriov-pf)`,
    );
  } catch (cause) {
    task.signal.throwIfAborted();
    throwShortage(cause);
    throw incomplete('a QEMU that serves', cause);
  }
}

async function proveBusybox(bin: string, { signal }: Task): Promise<void> {
  try {
    await runOrThrow([join(bin, 'busybox'), 'true'], { timeoutMs: 20_000, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throwShortage(cause);
    throw incomplete('a busybox that runs', cause);
  }
}
