/** A module in Linux's source that Debian's kernels leave out. */
export interface ModuleSource {
  readonly name: string;
  /** Where it is in Linux's source. */
  readonly folder: string;
  readonly files: readonly string[];
  /** The option of the kernel's configuration that stands for it. */
  readonly option: string;
}

/** Makes a vDPA device of a virtio function. */
export const vpVdpa: ModuleSource = {
  name: 'vp_vdpa',
  folder: 'drivers/vdpa/virtio_pci',
  files: ['vp_vdpa.c'],
  option: 'CONFIG_VP_VDPA',
};
