import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTemplate } from '../render/templates.js';
import type { KernelTool, Toolchain } from '../toolchain/types.js';
import { prepareKernel } from './micro/kernel.js';
import { installModules } from './micro/modules.js';
import { packRoot } from './micro/pack-root.js';

declare module '../render/templates.js' {
  interface Views {
    'images/disk-init': DiskInitView;
  }
}

/** The file system that a guest goes on from. */
export interface RootOnDisk {
  /** In the guest, such as /dev/vda4. */
  readonly device: string;
  readonly fileSystem: string;
  /** Of mount(8). */
  readonly mountOptions: string;
}

interface DiskInitView extends RootOnDisk {
  readonly modules: readonly string[];
}

/** What the initramfs does, as text. */
export function diskInit({ device, fileSystem, mountOptions }: RootOnDisk): string {
  const modules = modulesFor(fileSystem);
  return renderTemplate('images/disk-init', { modules, device, fileSystem, mountOptions });
}

function modulesFor(fileSystem: string): string[] {
  return ['virtio_pci', 'virtio_blk', fileSystem];
}

/** Writes what a machine boots with a disk to `result`: `kernel` and `initrd`, the smallest that finds the disk and goes on from there. */
export async function writeBootFiles(
  kernel: KernelTool,
  onDisk: RootOnDisk,
  { result, scratch }: { readonly result: string; readonly scratch: string },
  toolchain: Toolchain,
): Promise<void> {
  const root = join(scratch, 'initrd-root');
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'root'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(toolchain.tree, 'usr/bin/busybox'), join(root, 'bin/busybox'));
  symlinkSync('busybox', join(root, 'bin/sh'));
  writeFileSync(join(root, 'init'), diskInit(onDisk));
  chmodSync(join(root, 'init'), 0o755);
  const modules = { names: modulesFor(onDisk.fileSystem), built: [] };
  await installModules(kernel, modules, root, toolchain.bin, scratch);
  await packRoot(root, join(result, 'initrd'), toolchain.bin);
  await prepareKernel(kernel.image, join(result, 'kernel'), toolchain.bin);
}
