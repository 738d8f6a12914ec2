/** An image in an archive. */
export interface ArchivedImage {
  /** `docker.io/lab/busybox:1`. */
  readonly name: string;
  /** What it is for, as far as its archive tells: `linux/amd64`. */
  readonly platforms: readonly string[];
}

export interface ImageContents {
  readonly format: 'docker' | 'oci';
  readonly images: readonly ArchivedImage[];
}

/** The tables of contents: of `docker save`, and of an OCI image layout, which comes first where an archive is both. */
const OCI_CONTENTS = 'index.json';
const DOCKER_CONTENTS = 'manifest.json';
/** The annotations of a name; the first is containerd's, and has the registry. */
const NAME_ANNOTATIONS = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];
/** An index may list further ones. */
const DEEPEST_INDEX = 4;

type Files = ReadonlyMap<string, string>;

type DockerManifest = readonly {
  readonly Config?: string;
  readonly RepoTags?: readonly string[] | null;
}[];

/** A descriptor of the OCI image specification, as far as it matters here. */
interface Descriptor {
  readonly digest?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a descriptor leads to: an index, a manifest or a configuration. */
interface Blob {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly architecture?: string;
  readonly os?: string;
}

/** Attestations of a build look like images of this platform. */
const NO_PLATFORM = 'unknown';

function platformOf({ os = 'linux', architecture }: Blob): string[] {
  return architecture === undefined || architecture === '' || architecture === NO_PLATFORM
    ? []
    : [`${os}/${architecture}`];
}

function blobAt(files: Files, path: string): Blob {
  const text = files.get(path);
  return text === undefined ? {} : (JSON.parse(text) as Blob);
}

/** The platforms of what a descriptor leads to. What the archive does not have is for nobody. */
function platformsBehind(files: Files, { digest = '' }: Descriptor, depth = 0): string[] {
  const { manifests = [], config } = blobAt(files, `blobs/${digest.replace(':', '/')}`);
  if (config?.digest !== undefined)
    return platformOf(blobAt(files, `blobs/${config.digest.replace(':', '/')}`));
  return depth === DEEPEST_INDEX ? [] : manifests.flatMap((one) => platformsBehind(files, one, depth + 1));
}

function nameOf({ annotations = {} }: Descriptor): string | undefined {
  return NAME_ANNOTATIONS.map((key) => annotations[key]).find((name) => name !== undefined);
}

/**
 * What an archive of images contains, by the files in it that are JSON; undefined if it is none. Throws if its table of contents is not as
 * it should be.
 */
export function imageContents(files: Files): ImageContents | undefined {
  const docker = files.get(DOCKER_CONTENTS);
  if (docker !== undefined) {
    const images = (JSON.parse(docker) as DockerManifest).flatMap(({ Config = '', RepoTags }) =>
      (RepoTags ?? []).map((name) => ({ name, platforms: platformOf(blobAt(files, Config)) })),
    );
    return { format: 'docker', images };
  }
  const oci = files.get(OCI_CONTENTS);
  if (oci === undefined) return undefined;
  const images = ((JSON.parse(oci) as Blob).manifests ?? []).flatMap((descriptor) => {
    const name = nameOf(descriptor);
    return name === undefined ? [] : [{ name, platforms: platformsBehind(files, descriptor) }];
  });
  return { format: 'oci', images };
}
