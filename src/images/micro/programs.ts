import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../../errors/families.js';
import { librariesOf, LIBRARIES, LOADER, loaderOfTree } from './libraries.js';

/**
 * Copies programs (paths in the tree) with the libraries that they need to the same places below `root`.
 * Throws EnvironmentError if the tree lacks one.
 */
export async function installPrograms(
  tree: string,
  programs: readonly string[],
  root: string,
): Promise<void> {
  mkdirSync(join(root, LIBRARIES), { recursive: true });
  mkdirSync(join(root, 'lib64'), { recursive: true });
  const loader = loaderOfTree(tree);
  copyFileSync(loader.path, join(root, 'lib64', LOADER));
  for (const program of programs) {
    const source = join(tree, program);
    if (!existsSync(source)) {
      throw new EnvironmentError({
        code: 'LAB-IMAGE-PROGRAM',
        message: `the toolchain has no ${program} for the image`,
        location: { file: source },
        hint: 'remove the toolchain from the cache (`lab doctor` shows the folder); it is fetched again',
      });
    }
    const target = join(root, program);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(source, target);
    for (const library of await librariesOf(source, loader))
      copyFileSync(library, join(root, LIBRARIES, basename(library)));
  }
}
