import { run, runOrThrow } from '../../process/run.js';

export const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
export const LOADER = 'ld-linux-x86-64.so.2';

/** A dynamic loader (ld.so(8)), and where it looks first. */
export interface DynamicLoader {
  readonly path: string;
  readonly libraryPath?: string;
}

/** The loader of a tree of unpacked packages, which is to take that tree's libraries. */
export function loaderOfTree(tree: string): DynamicLoader {
  const libraryPath = `${tree}/${LIBRARIES}`;
  return { path: `${libraryPath}/${LOADER}`, libraryPath };
}

/** The libraries that a program needs, as this loader resolves them. */
export async function librariesOf(program: string, loader: DynamicLoader): Promise<string[]> {
  // Exit code 0: dynamically linked. A static program needs nothing, and the loader cannot list it.
  const { exitCode } = await run([loader.path, '--verify', program]);
  if (exitCode !== 0) return [];
  const { libraryPath } = loader;
  const where = libraryPath === undefined ? [] : ['--library-path', libraryPath];
  const { stdout } = await runOrThrow([loader.path, ...where, '--list', program]);
  return [...stdout.matchAll(/=> (\/\S+)/g)].flatMap(([, path]) => (path === undefined ? [] : [path]));
}
