import type { Environment } from '../model/environment.js';
import type { GivenPrograms } from './kubernetes/given-programs.js';

/** Where a part of the toolchain comes from. */
export type Origin = 'system' | 'provisioned' | 'given';

export interface QemuTool {
  /** The program and its first arguments: for a provisioned QEMU the wrapper of the tree, else the path. */
  readonly command: readonly [string, ...string[]];
  readonly version: string;
  readonly origin: Origin;
}

export interface KernelTool {
  /** A bzImage or an ELF vmlinux. */
  readonly image: string;
  /** `uname -r` of it, as the name of its modules folder says. */
  readonly release: string;
  /**
   * The folder that holds `kernel/` and `modules.builtin` (what is /lib/modules/RELEASE on an installed system). For the tree's
   * kernel it also has `modules.dep`. For a given kernel without modules it is a folder with an empty `modules.builtin` alone.
   */
  readonly modules: string;
  readonly origin: Origin;
}

export const kernelFlavours = ['cloud', 'generic'] as const;
export type KernelFlavour = (typeof kernelFlavours)[number];

/** `any`: no guest boots, so that whichever is there will do. */
export type KernelWish = KernelFlavour | 'any';

/** What a lab is run with. Everything in it exists and has been asked for its version. */
export interface Toolchain {
  /** The folder of the cache that holds the trees, the modules built for their kernels, and remembered answers. */
  readonly folder: string;
  readonly qemu: QemuTool;
  readonly kernel: KernelTool;
  /** Which of Debian's kernels the tree holds, whether or not it is the one in use. */
  readonly kernelFlavour: KernelFlavour;
  /**
   * Root of the provisioned tree of Debian packages: busybox, qemu-ga, kmod, netperf, iperf3, iproute2 and their libraries; with
   * the generic kernel nvme-cli as well.
   */
  readonly tree: string;
  /**
   * Folder of wrapper scripts, to be put first in PATH, that run the tree's programs (ip, bridge, ping, netserver, netperf,
   * iperf3, depmod, zstd, xz, qemu-system-x86_64...) on this computer whatever its own libc is.
   */
  readonly bin: string;
  /** Versions of the Debian packages in the tree, for the record. */
  readonly packages: Readonly<Record<string, string>>;
  /** Digest (hex SHA-256) of the tree's content list: changes whenever what is in it changes. */
  readonly treeDigest: string;
  /** The user's own programs of Kubernetes, where they are given. */
  readonly kubernetes?: GivenPrograms | undefined;
}

export interface ToolchainOptions {
  readonly environment: Environment;
  /** A developer's own QEMU: a path, or the name of a program on PATH. */
  readonly qemu?: string | undefined;
  /** A developer's own kernel image, bzImage or vmlinux. */
  readonly kernel?: string | undefined;
  /** Its modules folder, as `make modules_install` leaves it; without it the kernel is taken to have everything built in. */
  readonly modules?: string | undefined;
  /** Debian mirror's URL, overriding the host's own and mmdebstrap's default. */
  readonly mirror?: string | undefined;
  /** A folder with the user’s own programs of Kubernetes: nothing of it is built then. */
  readonly kubernetes?: string | undefined;
  /** Which of Debian's kernels the tree holds. `cloud` (default) is small; `generic` has the drivers of real hardware (igb, nvme). */
  readonly kernelFlavour?: KernelWish | undefined;
}

export type Accelerator = 'kvm' | 'tcg';
export type AccelerationWish = 'auto' | Accelerator;

export interface Acceleration {
  readonly accelerator: Accelerator;
  /** Why, in one sentence, to be shown. */
  readonly reason: string;
}
