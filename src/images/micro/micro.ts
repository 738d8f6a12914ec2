import { nicModelNames, nicModel } from '../../devices/catalog.js';
import { shippedFile } from '../../model/folders.js';
import type { Task } from '../../model/task.js';
import type { Toolchain } from '../../toolchain/types.js';
import type { BootImage } from '../boot-image.js';
import type { BuildContext } from '../build-context.js';
import { initramfsImage, type ImageFile, type InitramfsContents } from './initramfs.js';

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

const FILES: readonly ImageFile[] = [
  { source: fileSource('inittab'), target: 'etc/inittab', mode: 0o644 },
  { source: fileSource('profile'), target: 'etc/profile', mode: 0o644 },
  { source: fileSource('start'), target: 'etc/lab/start', mode: 0o755 },
  { source: fileSource('agent'), target: 'etc/lab/agent', mode: 0o755 },
];

function fileSource(name: string): string {
  return shippedFile(`images/micro/files/${name}`);
}

const nicModels = nicModelNames().map(nicModel);

function wantedModules(): string[] {
  return [...new Set([...MODULES, ...nicModels.flatMap(({ guestModules }) => guestModules)])].sort();
}

/** Programs of a model are in the tree that has the kernel for it, and in no other. */
function wantedPrograms({ kernelFlavour }: Toolchain): string[] {
  const fitting = nicModels.filter((model) => model.kernelFlavour === kernelFlavour);
  return [...PROGRAMS, ...fitting.flatMap(({ guestPrograms }) => guestPrograms ?? [])];
}

/** What the small guest is made of: a base for others. */
export function microContents(toolchain: Toolchain): InitramfsContents {
  return {
    name: 'micro',
    programs: wantedPrograms(toolchain),
    modules: wantedModules(),
    builtModules: [],
    files: FILES,
    additions: [],
  };
}

/**
 * The small guest: an initramfs of busybox, the guest agent, netperf, iperf3, iproute2 and the kernel modules that labs need.
 * Built from the toolchain once for each content; later calls return what is in the cache.
 */
export async function microImage(context: BuildContext, task: Task): Promise<BootImage> {
  return initramfsImage(microContents(context.toolchain), context, task);
}
