import * as Flags from '@oclif/core/flags';
import { durationFlag } from './duration-flag.js';
import type { Environment } from '../model/environment.js';
import type { AccelerationWish, ToolchainOptions } from '../toolchain/types.js';

const ACCELERATIONS: AccelerationWish[] = ['auto', 'kvm', 'tcg'];

/** `--boot-timeout`: how long to wait for a guest. */
export const bootFlags = {
  'boot-timeout': durationFlag(
    { unit: 's', min: 1 },
    {
      description:
        'maximum time to wait for a guest to answer, such as 90s or 10m; by default it depends on its devices and the accelerator',
    },
  ),
};

export function bootLimitMs(flags: { 'boot-timeout': number | undefined }): number | undefined {
  return flags['boot-timeout'] === undefined ? undefined : flags['boot-timeout'] * 1000;
}

/** The flags that select the programs a lab runs with. */
export const toolFlags = {
  accel: Flags.option({
    options: ACCELERATIONS,
    default: 'auto' as AccelerationWish,
    description: 'auto: KVM if a guest really runs under it, otherwise TCG (software emulation)',
    helpGroup: 'TOOLS',
  })(),
  qemu: Flags.string({
    description: 'your own qemu-system-x86_64',
    env: 'LAB_QEMU',
    helpValue: 'PATH',
    helpGroup: 'TOOLS',
  }),
  kernel: Flags.string({
    description: 'your own guest kernel, bzImage or vmlinux',
    env: 'LAB_KERNEL',
    helpValue: 'PATH',
    helpGroup: 'TOOLS',
  }),
  modules: Flags.string({
    description: 'its modules, as `make modules_install` leaves them (…/lib/modules/RELEASE)',
    env: 'LAB_MODULES',
    dependsOn: ['kernel'],
    helpValue: 'DIR',
    helpGroup: 'TOOLS',
  }),
  kubernetes: Flags.string({
    description:
      'a folder with your own kubelet, etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl; nothing of Kubernetes is built then',
    env: 'LAB_KUBERNETES',
    helpValue: 'DIR',
    helpGroup: 'TOOLS',
  }),
  mirror: Flags.string({
    description: 'Debian mirror for the toolchain',
    env: 'LAB_DEBIAN_MIRROR',
    helpValue: 'URL',
    helpGroup: 'TOOLS',
  }),
};

export function toolchainOptions(
  flags: {
    qemu: string | undefined;
    kernel: string | undefined;
    modules: string | undefined;
    mirror: string | undefined;
    kubernetes: string | undefined;
  },
  environment: Environment,
): ToolchainOptions {
  const { qemu, kernel, modules, mirror, kubernetes } = flags;
  return { environment, qemu, kernel, modules, mirror, kubernetes };
}
