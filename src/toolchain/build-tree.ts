import { join } from 'node:path';
import { runOrThrow } from '../process/run.js';
import { contentDigest, writeManifest, type Manifest } from './manifest.js';
import { fetchTree } from './mmdebstrap.js';
import type { Mirror } from './mirror.js';
import { askQemu } from './qemu-feature.js';
import { recipeDigest, type Recipe } from './recipe.js';
import { removeFolder } from './remove-folder.js';
import { incomplete, kernelOfTree, packagesOfTree } from './tree.js';
import { writeWrappers } from './wrappers.js';

export interface BuildOptions {
  readonly recipe: Recipe;
  readonly mirror: Mirror;
  /** An empty folder, which gets `tree/`, `bin/` and, last, `manifest.json`. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  readonly onDetail: (detail: string) => void;
  readonly onWarning: (message: string) => void;
}

/** Fills a folder with the recipe's tree, proves that its programs run, and records what is in it. */
export async function buildTree(options: BuildOptions): Promise<void> {
  const { recipe, folder, onDetail } = options;
  const tree = join(folder, 'tree');
  const bin = join(folder, 'bin');
  const withQemu = recipe.packages.includes('qemu-system-x86');

  await fetchTree({ ...options, tree });
  // Device nodes, if mmdebstrap ran as root; nothing here uses them.
  await removeFolder(join(tree, 'dev'));

  onDetail('looking at what came');
  const missing = await writeWrappers(bin, tree, withQemu);
  if (missing.length > 0) throw incomplete(missing.join(', '));
  const kernel = kernelOfTree(tree);
  await indexModules(bin, tree, kernel, options.signal);
  const qemuVersion = withQemu ? await provenQemu(bin, options.signal) : undefined;
  await proveBusybox(bin, options.signal);

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
  signal: AbortSignal | undefined,
): Promise<void> {
  const parent = kernel.modules.slice(0, kernel.modules.lastIndexOf('/'));
  try {
    await runOrThrow([join(bin, 'depmod'), '-b', tree, '-m', `/${parent}`, kernel.release], {
      timeoutMs: 120_000,
      signal,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw incomplete('a working depmod', cause);
  }
}

async function provenQemu(bin: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const { version, sriov } = await askQemu([join(bin, 'qemu-system-x86_64')], signal);
    if (sriov) return version;
    throw new Error(
      `QEMU ${version} has no composable SR-IOV devices (virtio-net-pci has no property sriov-pf)`,
    );
  } catch (cause) {
    signal?.throwIfAborted();
    throw incomplete('a QEMU that serves', cause);
  }
}

async function proveBusybox(bin: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await runOrThrow([join(bin, 'busybox'), 'true'], { timeoutMs: 20_000, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw incomplete('a busybox that runs', cause);
  }
}
