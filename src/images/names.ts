/** The images that a machine can boot without being described. Apart from their builders: validating a definition loads none of those. */
export const imageNames = ['micro', 'debian-13'] as const;

/** What an image of a definition's own can be built on, by name. */
export const baseNames = ['debian-13'] as const;

/** The components that an image can have. */
export const componentNames = ['cni-plugins', 'containerd', 'guest-agent', 'measure', 'qemu', 'ssh'] as const;

/** Those whose version can be chosen; of the others the distribution's package decides. */
export const versionedComponents: readonly string[] = ['cni-plugins'];

/** The image without a disk: an initramfs of the toolchain's own programs. */
export const MICRO = 'micro';
