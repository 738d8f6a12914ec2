import type { Progress } from '../model/progress.js';
import { buildTree } from './build-tree.js';
import { chooseMirror } from './mirror.js';
import { provisionFolder } from './provision-folder.js';
import type { Recipe } from './recipe.js';
import { findTree, treeFolder, type ProvisionedTree } from './tree.js';

export interface ProvisionOptions {
  readonly recipe: Recipe;
  /** See ToolchainOptions. */
  readonly mirror: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Returns the recipe's tree, making it first if it is not in the cache: see provisionFolder. */
export async function provisionTree(options: ProvisionOptions, progress: Progress): Promise<ProvisionedTree> {
  const { recipe, signal } = options;
  const find = (): ProvisionedTree | undefined => findTree(recipe);
  const found = find();
  if (found !== undefined) return found;
  const mirror = chooseMirror(options.mirror);
  return provisionFolder(
    {
      place: treeFolder(recipe),
      title: `Fetch QEMU, a kernel and tools from ${mirror.url}`,
      find,
      build: async (folder, report) => buildTree({ recipe, mirror, folder, signal, ...report }),
      signal,
    },
    progress,
  );
}
