import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

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
