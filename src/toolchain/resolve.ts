import { dirname, join } from 'node:path';
import type { Environment } from '../model/environment.js';
import type { Task } from '../model/task.js';
import { givenKernel, provisionedKernel } from './choose-kernel.js';
import { givenQemu, systemQemu } from './choose-qemu.js';
import { givenPrograms, type GivenPrograms } from './kubernetes/given-programs.js';
import { provisionTree } from './provision.js';
import { recipeFor } from './recipe.js';
import { findTree, type ProvisionedTree } from './tree.js';
import { kernelFlavours as allFlavours } from './types.js';
import type { KernelFlavour, KernelTool, QemuTool, Toolchain, ToolchainOptions } from './types.js';

/** What was found without fetching anything; a tree that fits the recipe brings the rest. */
interface Choice {
  /** Undefined: the tree's. */
  readonly qemu: QemuTool | undefined;
  /** Undefined: the tree's. */
  readonly kernel: KernelTool | undefined;
  readonly kubernetes: GivenPrograms | undefined;
  /** Whether the tree has to bring QEMU. */
  readonly withQemu: boolean;
  /** Which of Debian's kernels the tree may hold, the first that is in the cache; the first of them if none is. */
  readonly kernelFlavours: readonly [KernelFlavour, ...KernelFlavour[]];
}

/** A tree, and which kernel is in it. */
interface FlavouredTree {
  readonly tree: ProvisionedTree;
  readonly kernelFlavour: KernelFlavour;
}

/**
 * Finds everything that a lab is run with. QEMU is the given one, else the system's if it has composable SR-IOV, else a provisioned
 * one; the kernel is the given one, else the provisioned; the tools always come from the provisioned tree, which is fetched if it
 * is not in the cache (about 10 s and 280 MB; no root). With everything cached this takes milliseconds and starts no program.
 * Throws ToolchainError, EnvironmentError or UsageError with a hint, or the reason of the task's signal.
 */
export async function resolveToolchain(options: ToolchainOptions, task: Task): Promise<Toolchain> {
  const choice = await choose(options, task);
  const found = cachedTree(choice, options.environment);
  if (found !== undefined) return assemble(choice, found);
  const [kernelFlavour] = choice.kernelFlavours;
  const recipe = recipeFor({ kernelFlavour, withQemu: choice.withQemu });
  return assemble(choice, { tree: await provisionTree(recipe, options, task), kernelFlavour });
}

/** Like resolveToolchain, but fetches nothing: undefined if the tree is not in the cache. */
export async function findToolchain(options: ToolchainOptions, task: Task): Promise<Toolchain | undefined> {
  const choice = await choose(options, task);
  const tree = cachedTree(choice, options.environment);
  return tree && assemble(choice, tree);
}

/** The tree in the cache that serves: one of the kernels', or one that has a QEMU besides, which then lies idle. */
function cachedTree(
  { kernelFlavours, withQemu }: Choice,
  environment: Environment,
): FlavouredTree | undefined {
  for (const kernelFlavour of kernelFlavours) {
    const tree =
      findTree(recipeFor({ kernelFlavour, withQemu }), environment) ??
      findTree(recipeFor({ kernelFlavour, withQemu: true }), environment);
    if (tree !== undefined) return { tree, kernelFlavour };
  }
  return undefined;
}

async function choose(options: ToolchainOptions, task: Task): Promise<Choice> {
  const kernel = givenKernel(options);
  const qemu =
    options.qemu === undefined
      ? await fitSystemQemu(options.environment, task)
      : await givenQemu(options.qemu, options.environment, task);
  const { kernelFlavour = 'cloud' } = options;
  const kernelFlavours: Choice['kernelFlavours'] =
    kernelFlavour === 'any' ? [...allFlavours] : [kernelFlavour];
  const kubernetes =
    options.kubernetes === undefined ? undefined : await givenPrograms(options.kubernetes, task);
  return { qemu, kernel, kubernetes, withQemu: qemu === undefined, kernelFlavours };
}

async function fitSystemQemu(environment: Environment, task: Task): Promise<QemuTool | undefined> {
  const system = await systemQemu(environment, task);
  return system.state === 'fit' ? system.tool : undefined;
}

function assemble(choice: Choice, { tree, kernelFlavour }: FlavouredTree): Toolchain {
  return {
    folder: dirname(tree.folder),
    qemu: choice.qemu ?? {
      command: [join(tree.bin, 'qemu-system-x86_64')],
      version: tree.manifest.qemuVersion ?? 'unknown',
      origin: 'provisioned',
    },
    kernel: choice.kernel ?? provisionedKernel(tree),
    kernelFlavour,
    tree: tree.tree,
    bin: tree.bin,
    packages: tree.manifest.packages,
    treeDigest: tree.manifest.treeDigest,
    kubernetes: choice.kubernetes,
  };
}
