import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runOrThrow } from '../../process/run.js';
import type { KernelTool } from '../../toolchain/types.js';
import { pathsBelow } from './paths-below.js';

/** Modules by name, with what each needs, as depmod(8) found it. */
export class ModuleDependencies {
  readonly #paths = new Map<string, string>();
  readonly #needs = new Map<string, readonly string[]>();

  /** `text` is a modules.dep: `path: path...`, relative to the modules folder. */
  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [path, needs] = line.split(':');
      if (path === undefined || needs === undefined) continue;
      this.#paths.set(moduleName(path), path);
      this.#needs.set(
        path,
        needs.split(' ').filter((need) => need !== ''),
      );
    }
  }

  /** Paths of these modules and of all that they need; a name that the kernel has no module for is passed over. */
  closure(names: readonly string[]): string[] {
    const wanted = new Set<string>();
    for (const name of names) {
      const path = this.#paths.get(name);
      if (path === undefined) continue;
      wanted.add(path);
      // modules.dep lists the needs of needs as well.
      for (const need of this.#needs.get(path) ?? []) wanted.add(need);
    }
    return [...wanted].sort();
  }
}

function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

async function readDependencies(
  kernel: KernelTool,
  bin: string,
  scratch: string,
): Promise<ModuleDependencies> {
  const installed = join(kernel.modules, 'modules.dep');
  if (existsSync(installed)) return new ModuleDependencies(readFileSync(installed, 'utf8'));
  // A tree of unpacked packages: depmod has not run there, and it is not ours to write to.
  const base = mkdtempSync(join(scratch, 'depmod-'));
  const [root, moduleDir] = splitModulesFolder(kernel.modules);
  await runOrThrow([join(bin, 'depmod'), '-b', root, '-m', moduleDir, '-o', base, kernel.release]);
  const text = readFileSync(join(base, moduleDir, kernel.release, 'modules.dep'), 'utf8');
  rmSync(base, { recursive: true });
  return new ModuleDependencies(text);
}

/** Digest (hex SHA-256) of these modules and all that they need; of every module when depmod has not run yet. */
export function modulesDigest(kernel: KernelTool, names: readonly string[]): string {
  const installed = join(kernel.modules, 'modules.dep');
  const paths = existsSync(installed)
    ? new ModuleDependencies(readFileSync(installed, 'utf8')).closure(names)
    : listModules(kernel.modules);
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update(readFileSync(join(kernel.modules, path)));
  return hash.digest('hex');
}

function listModules(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return pathsBelow(folder).filter((path) => /\.ko(\.\w+)?$/.test(path));
}

/** `/tree/usr/lib/modules/RELEASE` is `usr/lib/modules` below `/tree`. */
function splitModulesFolder(modules: string): [root: string, moduleDir: string] {
  const folder = dirname(modules);
  for (const moduleDir of ['usr/lib/modules', 'lib/modules']) {
    if (folder.endsWith(`/${moduleDir}`)) return [folder.slice(0, -moduleDir.length - 1) || '/', moduleDir];
  }
  return [dirname(folder), basename(folder)];
}

async function expand(file: string, bin: string): Promise<void> {
  if (file.endsWith('.xz')) await runOrThrow([join(bin, 'xz'), '-dqf', file]);
  else if (file.endsWith('.zst')) await runOrThrow([join(bin, 'zstd'), '-dqf', '--rm', file]);
  else if (file.endsWith('.gz')) {
    await runOrThrow([join(bin, 'busybox'), 'gunzip', '-f', file]);
  }
}

/**
 * Copies these modules and all that they need, uncompressed, to `root`/lib/modules/RELEASE, with the indexes that
 * modprobe reads there. What the kernel has built in needs no copy. `modules.built`: modules (absolute paths) that were built for
 * this kernel; what they need has to be among `modules.names`.
 */
export async function installModules(
  kernel: KernelTool,
  modules: { readonly names: readonly string[]; readonly built: readonly string[] },
  root: string,
  bin: string,
  scratch: string,
): Promise<void> {
  const target = join(root, 'lib/modules', kernel.release);
  mkdirSync(target, { recursive: true });
  for (const list of ['modules.builtin', 'modules.order', 'modules.builtin.modinfo']) {
    if (existsSync(join(kernel.modules, list))) copyFileSync(join(kernel.modules, list), join(target, list));
  }
  const dependencies = await readDependencies(kernel, bin, scratch);
  for (const path of dependencies.closure(modules.names)) {
    const copy = join(target, path);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(kernel.modules, path), copy, { dereference: true });
    await expand(copy, bin);
  }
  for (const path of modules.built) {
    mkdirSync(join(target, 'updates'), { recursive: true });
    copyFileSync(path, join(target, 'updates', basename(path)));
  }
  await runOrThrow([join(bin, 'depmod'), '-b', root, '-m', 'lib/modules', kernel.release]);
  for (const list of ['modules.order', 'modules.builtin.modinfo'])
    rmSync(join(target, list), { force: true });
}
