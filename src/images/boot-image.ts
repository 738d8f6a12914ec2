/** What a machine is started from. */
export interface BootImage {
  /** Absolute path of an ELF kernel with a PVH entry, or of a bzImage. */
  readonly kernel: string;
  /** Absolute path of the initramfs. */
  readonly initrd: string;
  /** Hex SHA-256 over everything that went into it. */
  readonly digest: string;
}
