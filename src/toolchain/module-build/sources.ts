/** A module that Debian's kernels leave out. */
export interface ModuleSource {
  readonly name: string;
  /** Where it is in Linux's source; null: it is one of lab's own. */
  readonly folder: string | null;
  /** Its files in that folder, or their paths on this computer. */
  readonly files: readonly string[];
  /** The option of the kernel's configuration that stands for it; null: there is none. */
  readonly option: string | null;
}

/** Makes a vDPA device of a virtio function. */
export const vpVdpa: ModuleSource = {
  name: 'vp_vdpa',
  folder: 'drivers/vdpa/virtio_pci',
  files: ['vp_vdpa.c'],
  option: 'CONFIG_VP_VDPA',
};
