import type { Task } from '../model/task.js';
import { buildTree } from './build-tree.js';
import { chooseMirror } from './mirror.js';
import { provisionFolder } from './provision-folder.js';
import type { ToolchainOptions } from './types.js';
import type { Recipe } from './recipe.js';
import { findTree, treeFolder, type ProvisionedTree } from './tree.js';

/** Returns the recipe's tree, making it first if it is not in the cache: see provisionFolder. */
export async function provisionTree(
  recipe: Recipe,
  options: Pick<ToolchainOptions, 'mirror' | 'environment'>,
  task: Task,
): Promise<ProvisionedTree> {
  const { environment } = options;
  const find = (): ProvisionedTree | undefined => findTree(recipe, environment);
  const found = find();
  if (found !== undefined) return found;
  const mirror = chooseMirror(options.mirror);
  return provisionFolder(
    {
      place: treeFolder(recipe, environment),
      title: `Fetch QEMU, a kernel and tools from ${mirror.url}`,
      find,
      build: async (folder, step) =>
        buildTree({ recipe, mirror, keyring: environment.debianKeyring, folder }, step),
    },
    task,
  );
}
