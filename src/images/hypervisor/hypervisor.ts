import type { Task } from '../../model/task.js';
import { kernelModule, type ModuleOptions } from '../../toolchain/module-build/kernel-module.js';
import { vpVdpa } from '../../toolchain/module-build/sources.js';
import { kvmInTcg } from './kvm-in-tcg.js';
import type { BootImage } from '../boot-image.js';
import type { BuildContext } from '../build-context.js';
import { initramfsImage } from '../micro/initramfs.js';
import { microContents } from '../micro/micro.js';
import { qemuAddition } from './qemu-addition.js';

const PROGRAMS = ['usr/sbin/vdpa', 'usr/sbin/devlink', 'usr/bin/socat'];

/**
 * Loaded when they are asked for. `vp_vdpa` where the kernel has it itself; the transport that it drives, and KVM. `virtio_blk` for the
 * disks of machines inside.
 */
const MODULES = [
  'irqbypass',
  'kvm',
  'kvm_amd',
  'kvm_intel',
  'vdpa',
  'vhost',
  'vhost_iotlb',
  'vhost_net',
  'vhost_vdpa',
  'virtio_blk',
  'virtio_net',
  'virtio_pci_modern_dev',
  'vp_vdpa',
];

/** The modules that the kernel lacks, by their paths. */
async function builtModules(options: ModuleOptions, task: Task): Promise<string[]> {
  const modules: string[] = [];
  for (const source of [vpVdpa, kvmInTcg]) {
    const module = await kernelModule(source, options, task);
    if (module !== undefined) modules.push(module);
  }
  return modules;
}

/**
 * The guest that runs machines itself: `micro` with the toolchain's QEMU, what makes vDPA devices of its virtio functions, and the
 * programs that manage them. Throws as kernelModule and qemuAddition do.
 */
export async function hypervisorImage(context: BuildContext, task: Task): Promise<BootImage> {
  const { toolchain, mirror, environment } = context;
  const micro = microContents(toolchain);
  const qemu = await qemuAddition(toolchain.qemu);
  const modules = await builtModules({ toolchain, mirror, keyring: environment.debianKeyring }, task);
  return initramfsImage(
    {
      ...micro,
      name: 'hypervisor',
      programs: [...micro.programs, ...PROGRAMS],
      modules: [...new Set([...micro.modules, ...MODULES])].sort(),
      builtModules: modules,
      additions: [qemu],
    },
    context,
    task,
  );
}
