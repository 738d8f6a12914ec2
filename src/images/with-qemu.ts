import type { ImageName } from './names.js';

/** The images that carry QEMU and what it needs, so that machines can run inside a machine that boots one. */
export const imagesWithQemu: readonly ImageName[] = ['hypervisor'];
