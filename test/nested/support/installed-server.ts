import { execa } from 'execa';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PROJECT } from '../../e2e/support/sandbox.js';

const LIBRARIES = 'opt/libraries';
/** Found before the image's own, whose busybox has smaller ones. */
export const PROGRAMS = '/opt/bin';
const UTIL_LINUX = ['unshare', 'nsenter', 'flock'];
/** What `lab` needs of its toolchain here: the kernel and QEMU are those of the image. */
const NOT_NEEDED = [
  'usr/lib/modules/*/kernel',
  'usr/bin/qemu*',
  'usr/lib/*/qemu',
  'usr/share',
  'var',
  'usr/lib/dracut',
];

/** With its own libraries and loader: they need not be those that the image's programs run on. */
async function installProgram(program: string, root: string): Promise<void> {
  const folder = join(root, LIBRARIES);
  const { stdout } = await execa('ldd', [program]);
  for (const [, library = ''] of stdout.matchAll(/(\/\S+) \(0x/g))
    copyFileSync(realpathSync(library), join(folder, basename(library)));
  copyFileSync(program, join(folder, basename(program)));
  const loader = /\S*\/(ld-linux\S+) \(0x/.exec(stdout)?.[1] ?? '';
  const wrapper = `#!/bin/sh\nexec /${LIBRARIES}/${loader} --library-path /${LIBRARIES} /${LIBRARIES}/${basename(program)} "$@"\n`;
  writeFileSync(join(root, PROGRAMS, basename(program)), wrapper, { mode: 0o755 });
}

function installLab(root: string): void {
  const target = join(root, 'opt/lab');
  for (const part of ['bin', 'dist', 'labs', 'schema', 'package.json', 'oclif.manifest.json'])
    cpSync(join(PROJECT, part), join(target, part), { recursive: true });
}

/** The cache that a user of the server has: the toolchain, and the image micro. */
async function installCache(toolchain: string, micro: string, root: string): Promise<void> {
  const cache = join(root, 'root/.cache/sriov-lab');
  const tree = join(cache, 'toolchain', basename(toolchain));
  mkdirSync(tree, { recursive: true });
  const excluded = NOT_NEEDED.map((path) => `--exclude=./tree/${path}`);
  await execa('sh', [
    '-c',
    'from=$1; to=$2; shift 2; tar -C "$from" -c "$@" . | tar -C "$to" -x',
    'sh',
    toolchain,
    tree,
    ...excluded,
  ]);
  // The image is there: whether it could be built anew is not asked.
  const { kernel } = JSON.parse(readFileSync(join(toolchain, 'manifest.json'), 'utf8')) as {
    kernel: { image: string; modules: string };
  };
  for (const path of [kernel.image, join(kernel.modules, 'modules.dep')]) {
    if (existsSync(join(tree, 'tree', path))) continue;
    mkdirSync(dirname(join(tree, 'tree', path)), { recursive: true });
    writeFileSync(join(tree, 'tree', path), '');
  }
  cpSync(micro, join(cache, 'images/micro', basename(micro)), { recursive: true });
}

/**
 * Adds to an initramfs what a server has installed on which `lab` is used: node, util-linux, lab and its cache. `toolchain` and
 * `micro` are folders of this computer's cache.
 */
export async function installServer(
  initrd: string,
  scratch: string,
  { toolchain, micro }: { toolchain: string; micro: string },
): Promise<void> {
  const root = join(scratch, 'root');
  for (const folder of [PROGRAMS, LIBRARIES]) mkdirSync(join(root, folder), { recursive: true });
  await installProgram(process.execPath, root);
  for (const name of UTIL_LINUX) await installProgram(`/usr/bin/${name}`, root);
  installLab(root);
  await installCache(toolchain, micro, root);
  const busybox = join(toolchain, 'bin/busybox');
  const archive = join(scratch, 'server.cpio');
  await execa('sh', ['-c', 'find . | "$0" cpio -o -H newc -R 0:0 > "$1"', busybox, archive], { cwd: root });
  const original = realpathSync(initrd);
  rmSync(initrd);
  copyFileSync(original, initrd);
  appendFileSync(initrd, readFileSync(archive));
  rmSync(root, { recursive: true });
  rmSync(archive);
}
