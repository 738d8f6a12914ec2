import { digest } from '../model/digest.js';
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
  'socat',
  'xz-utils',
  'zstd',
];

const suites = { suite: 'trixie', backports: 'trixie-backports' } as const;

export function recipeFor(options: RecipeOptions): Recipe {
  return {
    format: 1,
    ...suites,
    packages: [
      ...commonPackages,
      ...flavourPackages[options.kernelFlavour],
      ...(options.withQemu ? ['qemu-system-x86'] : []),
    ].sort(),
    nonFree: ['netperf'],
  };
}

/** What kbuild runs: a compiler, and the programs that its makefiles and scripts call. */
const buildPackages = [
  'bash',
  'bzip2',
  'coreutils',
  'dash',
  'diffutils',
  'findutils',
  'gcc',
  'grep',
  'kmod',
  'libc6-dev',
  'libelf1t64',
  'make',
  'mawk',
  'perl-base',
  'sed',
  'tar',
  'xz-utils',
];

/** The version in the name of the package of a kernel's source: 7.3 for 7.3.4+deb13-cloud-amd64. */
export function sourceVersionOf(release: string): string {
  return /^\d+\.\d+/.exec(release)?.[0] ?? release;
}

/** What a module for Debian's kernel of this release is built with: its headers, its source and a compiler. */
export function moduleBuildRecipe(release: string, { linuxSource }: { linuxSource: boolean }): Recipe {
  return {
    format: 1,
    ...suites,
    packages: [
      ...buildPackages,
      `linux-headers-${release}`,
      ...(linuxSource ? [`linux-source-${sourceVersionOf(release)}`] : []),
    ].sort(),
    nonFree: [],
  };
}

/** Names the recipe's folder: 16 hex digits of the SHA-256 of all that the recipe says. */
export function recipeDigest(recipe: Recipe): string {
  return digest(JSON.stringify(recipe)).slice(0, 16);
}

/** The apt preferences (apt_preferences(5)) that the recipe stands for. */
export function aptPreferences(recipe: Recipe): string {
  return [
    pin('*', `release n=${recipe.backports}`, 600),
    ...(recipe.nonFree.length > 0 ? [pin(recipe.nonFree.join(' '), 'release c=non-free', 500)] : []),
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
