/** What a machine is started from. */
export interface BootImage {
  /** Absolute path of an ELF kernel with a PVH entry, or of a bzImage. */
  readonly kernel: string;
  /** Absolute path of the initramfs. */
  readonly initrd: string;
  /** Absolute path of the disk (qcow2), which is never written to; null for an image that is all in its initramfs. */
  readonly disk: string | null;
  /** Hex SHA-256 over everything that went into it. */
  readonly digest: string;
}
