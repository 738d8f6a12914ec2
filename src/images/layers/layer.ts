/** What a layer was made of, and what came of it: layer.json beside its disk. */
export interface LayerManifest {
  /** Hex SHA-256 over all that went into it, its parent included. */
  readonly digest: string;
  /** The digest of the layer below; null for a base. */
  readonly parent: string | null;
  /** `debian-13`, or the components that it adds. */
  readonly title: string;
  readonly components: readonly { readonly name: string; readonly version: string | null }[];
  readonly made: string;
  /** Seconds. */
  readonly took: number;
  /** Packages that this layer brought or changed, with their versions. */
  readonly packages: Readonly<Record<string, string>>;
  /** `uname -r` of the kernel that it boots, where the base says so. */
  readonly kernelRelease: string | null;
  /** Where the base came from: a mirror, an address, a file. */
  readonly source: string | null;
}

export const DISK = 'disk.qcow2';
export const MANIFEST = 'layer.json';
