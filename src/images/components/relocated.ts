import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { librariesOf, loaderOfTree } from '../micro/libraries.js';

/** Where a program is in the image, with its loader and libraries: apart, as the image has others of these names. */
const FOLDER = '/usr/lib/sriov-lab';

/** Puts programs of a tree of unpacked packages into an image, so that they run there whatever its own libraries are. */
export async function installRelocated(
  tree: string,
  programs: readonly string[],
  root: string,
): Promise<void> {
  const loader = loaderOfTree(tree);
  mkdirSync(join(root, FOLDER, 'lib'), { recursive: true });
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copyExecutable(loader.path, join(root, FOLDER, basename(loader.path)));
  for (const name of programs) {
    const program = join(tree, 'usr/bin', name);
    copyExecutable(program, join(root, FOLDER, name));
    for (const library of await librariesOf(program, loader))
      copyFileSync(library, join(root, FOLDER, 'lib', basename(library)));
    writeFileSync(join(root, 'usr/bin', name), wrapperText(name, basename(loader.path)), { mode: 0o755 });
  }
}

function copyExecutable(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}

function wrapperText(name: string, loader: string): string {
  return [
    '#!/bin/sh',
    `# Runs ${name} with the libraries that it was copied with.`,
    `exec ${FOLDER}/${loader} --library-path ${FOLDER}/lib ${FOLDER}/${name} "$@"`,
    '',
  ].join('\n');
}
