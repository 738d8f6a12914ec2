import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { run } from '../../process/run.js';
import type { QemuTool } from '../../toolchain/types.js';
import type { Addition } from '../micro/initramfs.js';
import { LIBRARIES } from '../micro/libraries.js';
import { cannotCopy, locateQemu, type LocatedQemu } from './locate-qemu.js';

/** Where QEMU is in the image: apart from the other programs, as its libraries may be another system's. */
const FOLDER = '/usr/lib/qemu';
const COMMAND = '/usr/bin/qemu-system-x86_64';

/**
 * QEMU with its libraries, its loader and its data, to be put into an image. What a provisioned one is, the digest of the
 * toolchain's tree tells; of another every byte counts. Throws ToolchainError if it cannot be copied.
 */
export async function qemuAddition(tool: QemuTool): Promise<Addition> {
  if (tool.origin === 'provisioned') {
    return { digest: tool.origin, install: async (root) => install(await locateQemu(tool), root) };
  }
  const qemu = await locateQemu(tool);
  return { digest: digestOf(qemu), install: async (root) => install(qemu, root) };
}

function digestOf({ program, loader, libraries, data }: LocatedQemu): string {
  const hash = createHash('sha256');
  for (const path of [program, ...(loader === undefined ? [] : [loader.path]), ...libraries, ...data])
    hash.update(`${basename(path)} `).update(readFileSync(path));
  return hash.digest('hex');
}

async function install(qemu: LocatedQemu, root: string): Promise<void> {
  copyQemu(qemu, root);
  await proveQemu(qemu, root);
}

/** Copies QEMU to where it will be in the image whose root is given. */
export function copyQemu(qemu: LocatedQemu, root: string): void {
  const folder = join(root, FOLDER);
  mkdirSync(join(folder, 'lib'), { recursive: true });
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  for (const path of [qemu.program, ...qemu.data]) copyFileSync(path, join(folder, basename(path)));
  for (const path of qemu.libraries) placeLibrary(path, root);
  if (qemu.loader !== undefined) {
    copyFileSync(qemu.loader.path, join(folder, basename(qemu.loader.path)));
    chmodSync(join(folder, basename(qemu.loader.path)), 0o755);
  }
  writeFileSync(join(root, COMMAND), wrapperText(qemu));
  chmodSync(join(root, COMMAND), 0o755);
}

/** Libraries that the image has already, byte by byte, are not in it twice. */
function placeLibrary(path: string, root: string): void {
  const name = basename(path);
  const target = join(root, FOLDER, 'lib', name);
  const other = join(root, LIBRARIES, name);
  if (existsSync(other) && readFileSync(other).equals(readFileSync(path)))
    symlinkSync(`/${LIBRARIES}/${name}`, target);
  else copyFileSync(path, target);
}

function wrapperText({ program, loader }: LocatedQemu): string {
  const start =
    loader === undefined ? '' : `${FOLDER}/${basename(loader.path)} --library-path ${FOLDER}/lib `;
  return [
    '#!/bin/sh',
    '# Runs QEMU with the libraries that it was copied with.',
    `exec ${start}${FOLDER}/${basename(program)} -L ${FOLDER} "$@"`,
    '',
  ].join('\n');
}

/** Starts what was copied with the image as its root: there is nothing else for it to be lucky with. */
async function proveQemu(qemu: LocatedQemu, root: string): Promise<void> {
  const { exitCode, stdout, stderr } = await run(
    [
      ...(['unshare', '--user', '--map-root-user', '--'] as const),
      ...['chroot', root, COMMAND, '-device', 'virtio-net-pci,help'],
    ],
    { timeoutMs: 60_000 },
  );
  if (exitCode === 0 && stdout.includes('sriov-pf=')) return;
  throw cannotCopy(
    qemu.program,
    'does not run with what was copied',
    'see what it lacks below; leave --qemu out to use one that is known to serve',
    new Error(stderr.trim()),
  );
}
