import type { Task } from '../model/task.js';
import { buildTree } from './build-tree.js';
import { chooseMirror } from './mirror.js';
import { provisionFolder } from './provision-folder.js';
import type { Recipe } from './recipe.js';
import { findTree, treeFolder, type ProvisionedTree } from './tree.js';

/** Returns the recipe's tree, making it first if it is not in the cache: see provisionFolder. `wish`: see chooseMirror. */
export async function provisionTree(
  recipe: Recipe,
  wish: string | undefined,
  task: Task,
): Promise<ProvisionedTree> {
  const find = (): ProvisionedTree | undefined => findTree(recipe);
  const found = find();
  if (found !== undefined) return found;
  const mirror = chooseMirror(wish);
  return provisionFolder(
    {
      place: treeFolder(recipe),
      title: `Fetch QEMU, a kernel and tools from ${mirror.url}`,
      find,
      build: async (folder, step) => buildTree({ recipe, mirror, folder }, step),
    },
    task,
  );
}
