import { existsSync, readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.js';
import type { Environment } from '../../model/environment.js';
import { shippedFile } from '../../model/folders.js';
import type { Task } from '../../model/task.js';
import { removeFolder } from '../../process/remove-folder.js';
import { runOrThrow } from '../../process/run.js';
import { isWhole } from '../../process/whole-folder.js';
import { toolchainFolder } from '../../toolchain/folders.js';
import { chooseMirror } from '../../toolchain/mirror.js';
import { fetchTree } from '../../toolchain/mmdebstrap.js';
import { provisionFolder } from '../../toolchain/provision-folder.js';
import type { Recipe } from '../../toolchain/recipe.js';
import { loaderOfTree } from '../micro/libraries.js';

const NAME = 'lab-stream';

/** A C compiler of half a megabyte: the program needs no library. */
const COMPILER: Recipe = {
  format: 1,
  suite: 'trixie',
  backports: 'trixie-backports',
  packages: ['tcc'],
  nonFree: [],
};
const FLAGS = ['-Wall', '-nostdinc', '-nostdlib', '-static'];
const LIMIT_MS = 60_000;

function sourceFile(name: string): string {
  return shippedFile(`images/guest-helper/files/${name}`);
}

function placeOf(environment: Environment): string {
  const sources = [`${NAME}.c`, 'linux.h'].map((name) => readFileSync(sourceFile(name), 'utf8'));
  return join(toolchainFolder(environment), `${NAME}-${digestOf([sources, COMPILER, FLAGS]).slice(0, 16)}`);
}

/** The program that runs commands in a guest, if it is in the cache. */
export function findGuestHelper(environment: Environment): string | undefined {
  const place = placeOf(environment);
  const program = join(place, NAME);
  return existsSync(program) && isWhole(place) ? program : undefined;
}

/**
 * The path of the program that runs commands in a guest (lab-stream.c), a static one of 15 kB for every x86-64 Linux. It is built once: its
 * compiler is fetched from Debian (4 MB) and removed again. Throws as provisionFolder and fetchTree do.
 */
export async function guestHelper(environment: Environment, task: Task): Promise<string> {
  const find = (): string | undefined => findGuestHelper(environment);
  const found = find();
  if (found !== undefined) return found;
  return provisionFolder(
    {
      place: placeOf(environment),
      title: 'Build the program that runs commands in guests',
      find,
      build: async (folder, step) => build(folder, environment, step),
    },
    task,
  );
}

async function build(folder: string, environment: Environment, task: Task): Promise<void> {
  const tree = join(folder, 'tree');
  const mirror = chooseMirror(undefined);
  await fetchTree({ recipe: COMPILER, mirror, keyring: environment.debianKeyring, tree }, task);
  const program = join(tree, NAME);
  const { path, libraryPath = '' } = loaderOfTree(tree);
  const compiler = [path, '--library-path', libraryPath, join(tree, 'usr/bin/tcc')] as const;
  await runOrThrow([...compiler, ...FLAGS, '-o', program, sourceFile(`${NAME}.c`)], {
    timeoutMs: LIMIT_MS,
    signal: task.signal,
  });
  await copyFile(program, join(folder, NAME));
  await removeFolder(tree);
}
