import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The XDG base directory specification ignores relative paths. */
function baseFolder(variable: string, fallback: string): string {
  const value = process.env[variable];
  const base = value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
  return join(base, 'sriov-lab');
}

/** Toolchains and images: may be deleted at any time when no lab runs. */
export function cacheFolder(): string {
  return baseFolder('XDG_CACHE_HOME', '.cache');
}

/** Running labs: what `down` works from. */
export function stateFolder(): string {
  return baseFolder('XDG_STATE_HOME', '.local/state');
}

const thisFile = fileURLToPath(import.meta.url);

/** The folder of this package, with labs/ and package.json in it: a build puts this code into files of other depths. */
export function packageFolder(): string {
  let folder = dirname(thisFile);
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error(`there is no package.json above ${thisFile}`);
    folder = dirname(folder);
  }
  return folder;
}

/** A file that comes with the code, by its path in src/. What runs is src/ in the tests, and the copy of it in dist/ after a build. */
export function shippedFile(path: string): string {
  const root = packageFolder();
  const [code = ''] = relative(root, thisFile).split(sep);
  return join(root, code, path);
}
