import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildFolder } from '../build-folder.js';
import { cacheFolder, shippedFile } from '../../model/folders.js';
import type { Progress } from '../../model/progress.js';
import { withStep } from '../../model/progress.js';
import { run, runOrThrow } from '../../process/run.js';
import { nicModelNames, nicModel } from '../../devices/catalog.js';
import type { KernelTool, Toolchain } from '../../toolchain/types.js';
import type { BootImage } from '../boot-image.js';
import { prepareKernel } from './kernel.js';
import { installModules, modulesDigest } from './modules.js';
import { installPrograms } from './programs.js';

/** Raised when the way the image is put together changes in a manner that its inputs do not show. */
const RECIPE_VERSION = 2;

const PROGRAMS = [
  'usr/bin/busybox',
  'usr/bin/dash',
  'usr/sbin/qemu-ga',
  'usr/bin/ip',
  'usr/sbin/bridge',
  'usr/bin/netperf',
  'usr/bin/netserver',
  'usr/bin/iperf3',
  'usr/sbin/nft',
  // libc loads it when a thread is cancelled, as iperf3 does: no list of libraries names it.
  'usr/lib/x86_64-linux-gnu/libgcc_s.so.1',
];

/** For the guest's own channels, and for what a workshop may build on top of a VF: the last two are NAT's. */
const MODULES = [
  'virtio_pci',
  'virtio_console',
  'veth',
  'bridge',
  'tun',
  '8021q',
  'nft_chain_nat',
  'nft_masq',
];

const FILES: readonly { readonly name: string; readonly target: string; readonly mode: number }[] = [
  { name: 'inittab', target: 'etc/inittab', mode: 0o644 },
  { name: 'profile', target: 'etc/profile', mode: 0o644 },
  { name: 'start', target: 'etc/lab/start', mode: 0o755 },
  { name: 'agent', target: 'etc/lab/agent', mode: 0o755 },
];

function fileSource(name: string): string {
  return shippedFile(`images/micro/files/${name}`);
}

const nicModels = nicModelNames().map(nicModel);

/** Those that this kernel does not have are passed over. */
function wantedModules(): string[] {
  return [...new Set([...MODULES, ...nicModels.flatMap(({ guestModules }) => guestModules)])].sort();
}

/** Programs of a model are in the tree that has the kernel for it, and in no other. */
function wantedPrograms({ kernelFlavour }: Toolchain): string[] {
  const fitting = nicModels.filter((model) => model.kernelFlavour === kernelFlavour);
  return [...PROGRAMS, ...fitting.flatMap(({ guestPrograms }) => guestPrograms ?? [])];
}

/** A provisioned kernel is part of the tree's digest; a developer's own is what its bytes say. */
function kernelDigest(kernel: KernelTool): string {
  if (kernel.origin === 'provisioned') return kernel.release;
  const image = createHash('sha256').update(readFileSync(kernel.image)).digest('hex');
  return `${image} ${modulesDigest(kernel, wantedModules())}`;
}

function digestOf(toolchain: Toolchain): string {
  const hash = createHash('sha256').update(
    JSON.stringify([
      RECIPE_VERSION,
      toolchain.treeDigest,
      kernelDigest(toolchain.kernel),
      wantedPrograms(toolchain),
      wantedModules(),
    ]),
  );
  for (const { name, target, mode } of FILES)
    hash.update(`${target} ${mode}`).update(readFileSync(fileSource(name)));
  return hash.digest('hex');
}

async function fillRoot(root: string, toolchain: Toolchain, scratch: string): Promise<void> {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sbin', 'sys', 'tmp', 'var'])
    mkdirSync(join(root, folder), { recursive: true });
  const programs = wantedPrograms(toolchain);
  await installPrograms(toolchain.tree, programs, root);
  const { stdout } = await runOrThrow([join(toolchain.bin, 'busybox'), '--list']);
  const own = new Set(['sh', ...programs.map((program) => basename(program))]);
  for (const applet of stdout.split('\n').filter((name) => name !== '' && !own.has(name))) {
    symlinkSync('/usr/bin/busybox', join(root, 'bin', applet));
  }
  symlinkSync('/usr/bin/busybox', join(root, 'init'));
  // Not busybox's shell: that one runs its own `ip` whatever PATH says.
  symlinkSync('/usr/bin/dash', join(root, 'bin/sh'));
  symlinkSync('/run', join(root, 'var/run'));
  await installModules(toolchain.kernel, wantedModules(), root, toolchain.bin, scratch);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  for (const { name, target, mode } of FILES) {
    mkdirSync(dirname(join(root, target)), { recursive: true });
    copyFileSync(fileSource(name), join(root, target));
    chmodSync(join(root, target), mode);
  }
}

async function packRoot(root: string, archive: string, bin: string): Promise<void> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const { exitCode, stderr } = await run(
    ['sh', '-c', '"$1" cpio -o -H newc -R 0:0 > "$2"', 'sh', join(bin, 'busybox'), archive],
    { cwd: root, input: `${paths.join('\n')}\n` },
  );
  if (exitCode !== 0) throw new Error(`the initramfs could not be packed: ${stderr}`);
}

/**
 * The small guest: an initramfs of busybox, the guest agent, netperf, iperf3, iproute2 and the kernel modules that labs need.
 * Built from the toolchain once for each content; later calls return what is in the cache.
 */
export async function microImage(toolchain: Toolchain, progress: Progress): Promise<BootImage> {
  const digest = digestOf(toolchain);
  const folder = join(cacheFolder(), 'images', 'micro', digest.slice(0, 32));
  const image = { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd'), digest };
  if (existsSync(folder)) return image;
  await withStep(progress, 'Build the image micro', async () =>
    buildFolder(folder, async (scratch, result) => {
      const root = join(scratch, 'root');
      await fillRoot(root, toolchain, scratch);
      await packRoot(root, join(result, 'initrd'), toolchain.bin);
      await prepareKernel(toolchain.kernel.image, join(result, 'kernel'), toolchain.bin);
    }),
  );
  return image;
}
