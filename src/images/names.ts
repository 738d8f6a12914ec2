/** The images that a machine can boot without being described. Apart from their builders: validating a definition loads none of those. */
export const imageNames = [
  'micro',
  'hypervisor',
  'debian-13',
  'kubernetes-node',
  'kubernetes-control-plane',
  'rocky-9',
  'rocky-10',
] as const;

export type ImageName = (typeof imageNames)[number];

/** What an image of a definition's own can be built on, by name. */
export const baseNames = ['debian-13', 'rocky-9', 'rocky-10'] as const;

/** The components that an image can have. */
export const componentNames = [
  'cni-plugins',
  'containerd',
  'control-plane',
  'guest-agent',
  'kubernetes',
  'measure',
  'qemu',
  'sriov-cni',
  'ssh',
  'vdpa',
] as const;

/** Those whose version can be chosen, and from what; of the others the distribution's package decides. */
export const componentVersions: Readonly<Record<string, 'any' | readonly string[]>> = {
  'cni-plugins': 'any',
  // Those that can be built: rules/kubernetes-version.ts of the definition.
  kubernetes: 'any',
  'control-plane': 'any',
  // The sources of later ones have a go.mod without /v2 in its path, and Go takes none of their versions for one of that module.
  'sriov-cni': ['2.1.0'],
};

/** Whether a component consists of Kubernetes' own programs, whose version is the cluster's. */
export function isOfKubernetes(component: string): boolean {
  return component === 'kubernetes' || component === 'control-plane';
}

/** The images without a disk, all in their initramfs: made of the toolchain's own programs. */
export const initramfsImages = ['micro', 'hypervisor'] as const;

export type InitramfsImage = (typeof initramfsImages)[number];

/** Whether the image of that name has no disk. */
export function isInitramfsImage(name: string): name is InitramfsImage {
  return initramfsImages.some((image) => image === name);
}

/** The images that carry QEMU and what it needs, so that machines can run inside a machine that boots one. */
export const imagesWithQemu: readonly ImageName[] = ['hypervisor'];
