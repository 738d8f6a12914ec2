import { createHash } from 'node:crypto';
import type { KernelFlavour } from './types.js';

/** What a tree is made of. Two equal recipes share one tree. */
export interface Recipe {
  /** Raised when the tree's layout or its wrappers change, so that trees of older versions of lab are left alone. */
  readonly format: number;
  readonly suite: string;
  /** The suite whose packages win over `suite`'s: it has the newer QEMU and kernel. */
  readonly backports: string;
  readonly packages: readonly string[];
  /** The packages that may come from the component non-free; nothing else may. */
  readonly nonFree: readonly string[];
}

export interface RecipeOptions {
  readonly kernelFlavour: KernelFlavour;
  /** Whether the tree has to bring QEMU; not when the system's or a given one is used. */
  readonly withQemu: boolean;
}

/** The kernel, and what manages the devices that this kernel alone has drivers for. */
const flavourPackages: Readonly<Record<KernelFlavour, readonly string[]>> = {
  cloud: ['linux-image-cloud-amd64'],
  generic: ['linux-image-amd64', 'nvme-cli'],
};

const commonPackages = [
  'busybox-static',
  'dash',
  'iperf3',
  'iproute2',
  'iputils-ping',
  'kmod',
  'netperf',
  'nftables',
  'qemu-guest-agent',
  'qemu-utils',
  'xz-utils',
  'zstd',
];

export function recipeFor(options: RecipeOptions): Recipe {
  return {
    format: 1,
    suite: 'trixie',
    backports: 'trixie-backports',
    packages: [
      ...commonPackages,
      ...flavourPackages[options.kernelFlavour],
      ...(options.withQemu ? ['qemu-system-x86'] : []),
    ].sort(),
    nonFree: ['netperf'],
  };
}

/** Names the recipe's folder: 16 hex digits of the SHA-256 of all that the recipe says. */
export function recipeDigest(recipe: Recipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}

/** The apt preferences (apt_preferences(5)) that the recipe stands for. */
export function aptPreferences(recipe: Recipe): string {
  return [
    pin('*', `release n=${recipe.backports}`, 600),
    pin(recipe.nonFree.join(' '), 'release c=non-free', 500),
    pin('*', 'release c=non-free', -1),
  ].join('\n');
}

function pin(packages: string, what: string, priority: number): string {
  return `Package: ${packages}\nPin: ${what}\nPin-Priority: ${priority}\n`;
}

/** The lines of sources.list(5) that the recipe needs from a mirror. */
export function aptSources(recipe: Recipe, mirror: string, keyring: string): string[] {
  return [
    `deb [signed-by=${keyring}] ${mirror} ${recipe.suite} main non-free`,
    `deb [signed-by=${keyring}] ${mirror} ${recipe.backports} main`,
  ];
}
