/** A module in Linux's source that Debian's kernels leave out. */
export interface LinuxModule {
  readonly name: string;
  /** Where it is in Linux's source. */
  readonly folder: string;
  readonly files: readonly string[];
  /** The option of the kernel's configuration that stands for it. */
  readonly option: string;
}

/** A module of lab's own. */
export interface OwnModule {
  readonly name: string;
  readonly folder: null;
  /** The paths of its files on this computer. */
  readonly files: readonly string[];
}

export type ModuleSource = LinuxModule | OwnModule;

/** Makes a vDPA device of a virtio function. */
export const vpVdpa: LinuxModule = {
  name: 'vp_vdpa',
  folder: 'drivers/vdpa/virtio_pci',
  files: ['vp_vdpa.c'],
  option: 'CONFIG_VP_VDPA',
};
