import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolchainError } from '../errors/families.js';
import { isWhole } from '../process/whole-folder.js';
import type { Environment } from '../model/environment.js';
import { readManifest, type Manifest } from './manifest.js';
import { packageListOf } from './mmdebstrap.js';
import { recipeDigest, type Recipe } from './recipe.js';
import { toolchainFolder } from './folders.js';

/** A finished tree of Debian packages in the cache. All paths are absolute. */
export interface ProvisionedTree {
  /** Holds `tree/`, `bin/` and `manifest.json`. */
  readonly folder: string;
  readonly tree: string;
  readonly bin: string;
  readonly manifest: Manifest;
}

/** Where the tree of a recipe is, once it is made. */
export function treeFolder(recipe: Recipe, environment: Environment): string {
  return join(toolchainFolder(environment), recipeDigest(recipe));
}

/** The recipe's tree if it is in the cache and whole, else undefined. Looks at each of its files, which takes some milliseconds. */
export function findTree(recipe: Recipe, environment: Environment): ProvisionedTree | undefined {
  const folder = treeFolder(recipe, environment);
  const manifest = readManifest(folder, recipeDigest(recipe));
  if (manifest === undefined) return undefined;
  const found = { folder, tree: join(folder, 'tree'), bin: join(folder, 'bin'), manifest };
  const needed = [
    join(found.tree, manifest.kernel.image),
    join(found.tree, manifest.kernel.modules),
    join(found.bin, 'busybox'),
    ...(manifest.qemuVersion === undefined ? [] : [join(found.bin, 'qemu-system-x86_64')]),
  ];
  return needed.every((path) => existsSync(path)) && isWhole(folder) ? found : undefined;
}

/** The tree's kernel, with paths relative to the tree. Newer packages have the image beside the modules, older ones in /boot. */
export function kernelOfTree(tree: string): Manifest['kernel'] {
  const releases = entries(join(tree, 'usr/lib/modules')).concat(entries(join(tree, 'lib/modules')));
  for (const release of releases) {
    const modules = [`usr/lib/modules/${release}`, `lib/modules/${release}`].find((path) =>
      existsSync(join(tree, path)),
    );
    const image = [`usr/lib/modules/${release}/vmlinuz`, `boot/vmlinuz-${release}`].find((path) =>
      existsSync(join(tree, path)),
    );
    if (modules !== undefined && image !== undefined) return { image, release, modules };
  }
  throw incomplete('a kernel image with its modules');
}

/** The versions of the packages in the tree, by name. */
export function packagesOfTree(tree: string): Record<string, string> {
  const lines = readFileSync(packageListOf(tree), 'utf8').trim().split('\n');
  const packages = lines.map((line) => line.split(' ') as [string, string]).filter(([name]) => name !== '');
  if (packages.length === 0) throw incomplete('any package');
  return Object.fromEntries(packages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The error for a tree that mmdebstrap made without complaint and that lacks something all the same. */
export function incomplete(what: string, cause?: unknown): ToolchainError {
  return new ToolchainError(
    {
      code: 'LAB-TOOLCHAIN-INCOMPLETE',
      message: `the fetched toolchain lacks ${what}`,
      hint: 'run the command again; if it fails again, the mirror is not a Debian mirror, or Debian has changed: please report it',
    },
    cause === undefined ? {} : { cause },
  );
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
