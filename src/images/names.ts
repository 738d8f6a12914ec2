/** The images that a machine can boot. Apart from their builders: validating a definition loads none of those. */
export const imageNames = ['micro', 'hypervisor'] as const;

export type ImageName = (typeof imageNames)[number];
