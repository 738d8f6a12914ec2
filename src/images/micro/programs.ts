import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../../errors/families.js';
import { run, runOrThrow } from '../../process/run.js';

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
const LOADER = 'ld-linux-x86-64.so.2';

/** The libraries that a program needs, as the tree's own dynamic loader resolves them. */
async function librariesOf(tree: string, program: string): Promise<string[]> {
  const libraries = join(tree, LIBRARIES);
  // Exit code 0: dynamically linked. A static program needs nothing, and the loader cannot list it.
  const { exitCode } = await run([join(libraries, LOADER), '--verify', program]);
  if (exitCode !== 0) return [];
  const { stdout } = await runOrThrow([
    join(libraries, LOADER),
    '--library-path',
    libraries,
    '--list',
    program,
  ]);
  return [...stdout.matchAll(/=> (\/\S+)/g)].flatMap(([, path]) => (path === undefined ? [] : [path]));
}

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
  copyFileSync(join(tree, LIBRARIES, LOADER), join(root, 'lib64', LOADER));
  for (const program of programs) {
    const source = join(tree, program);
    if (!existsSync(source)) {
      throw new EnvironmentError({
        code: 'LAB-IMAGE-PROGRAM',
        message: `the toolchain has no ${program} for the image`,
        location: { file: source },
        hint: 'remove the toolchain folder of the cache (lab doctor names it); it is fetched again',
      });
    }
    const target = join(root, program);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(source, target);
    for (const library of await librariesOf(tree, source))
      copyFileSync(library, join(root, LIBRARIES, basename(library)));
  }
}
