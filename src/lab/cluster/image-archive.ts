import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../../errors/families.js';
import { ByteReader } from './byte-reader.js';

/** An archive of container images. */
export interface ImageArchive {
  readonly file: string;
  readonly format: 'docker' | 'oci';
  /** Of the file. */
  readonly bytes: number;
  /** `docker.io/lab/busybox:1`. */
  readonly names: readonly string[];
}

// The header of a file in a tar, as POSIX pax(1) has it.
const BLOCK = 512;
const NAME_AT = [0, 100] as const;
const SIZE_AT = [124, 136] as const;
const MAGIC_AT = [257, 262] as const;
const MAGIC = 'ustar';

const GZIP = Buffer.from([0x1f, 0x8b]);
/** The tables of contents: of `docker save`, and of an OCI image layout, which comes first where an archive is both. */
const OCI_CONTENTS = 'index.json';
const DOCKER_CONTENTS = 'manifest.json';
const LARGEST_CONTENTS = 4 * 1024 ** 2;
/** The annotations of a name; the first is containerd's, and has the registry. */
const NAME_ANNOTATIONS = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

function refusal(file: string, what: string, cause?: unknown): UsageError {
  return new UsageError(
    {
      code: 'LAB-IMAGE-ARCHIVE',
      message: what,
      location: { file },
      hint: 'make one: docker save NAME:TAG -o IMAGE.tar; or podman save --format oci-archive -o IMAGE.tar NAME:TAG',
    },
    cause === undefined ? {} : { cause },
  );
}

function field(header: Buffer, [start, end]: readonly [number, number]): string {
  const bytes = header.subarray(start, end);
  const zero = bytes.indexOf(0);
  return bytes.subarray(0, zero < 0 ? bytes.length : zero).toString('latin1');
}

/** In bytes. Sizes are octal; one too large for that is binary, and its first bit is set (GNU tar). */
function sizeIn(header: Buffer): number {
  const [start, end] = SIZE_AT;
  if (((header[start] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(end - 8));
  return parseInt(field(header, SIZE_AT).trim() || '0', 8);
}

/** The files in a tar that have one of these names. Throws UsageError if it is no tar or is cut short. */
async function filesOf(
  tar: ByteReader,
  file: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (;;) {
    const header = await tar.read(BLOCK);
    if (header.length < BLOCK) throw refusal(file, 'the archive is cut short');
    if (header.every((byte) => byte === 0)) return found;
    if (field(header, MAGIC_AT) !== MAGIC) throw refusal(file, 'it is not a tar archive');
    const name = field(header, NAME_AT).replace(/^\.\//, '');
    const size = sizeIn(header);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    const wanted = names.includes(name) && size <= LARGEST_CONTENTS;
    if (wanted) found.set(name, (await tar.read(size)).toString('utf8'));
    const rest = (wanted ? 0 : size) + padding;
    if ((await tar.skip(rest)) < rest) throw refusal(file, 'the archive is cut short');
  }
}

interface OciIndex {
  readonly manifests?: readonly { readonly annotations?: Readonly<Record<string, string>> }[];
}

type DockerManifest = readonly { readonly RepoTags?: readonly string[] | null }[];

function namesIn(contents: ReadonlyMap<string, string>): Pick<ImageArchive, 'format' | 'names'> | undefined {
  const docker = contents.get(DOCKER_CONTENTS);
  if (docker !== undefined) {
    const manifest = JSON.parse(docker) as DockerManifest;
    return { format: 'docker', names: manifest.flatMap(({ RepoTags }) => RepoTags ?? []) };
  }
  const oci = contents.get(OCI_CONTENTS);
  if (oci === undefined) return undefined;
  const { manifests = [] } = JSON.parse(oci) as OciIndex;
  const names = manifests.flatMap(({ annotations }) => {
    const key = NAME_ANNOTATIONS.find((name) => annotations?.[name] !== undefined);
    return key === undefined ? [] : (annotations?.[key] ?? []);
  });
  return { format: 'oci', names };
}

async function isCompressed(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    return bytesRead === GZIP.length && buffer.equals(GZIP);
  } finally {
    await handle.close();
  }
}

/**
 * Reads what an archive of images (OCI or docker, also with gzip) contains. Throws UsageError if the file cannot be read, is no such archive, is cut
 * short, or does not name its images.
 */
export async function readImageArchive(file: string): Promise<ImageArchive> {
  const stream = await openArchive(file);
  const contents = await filesOf(new ByteReader(stream), file, [OCI_CONTENTS, DOCKER_CONTENTS]).catch(
    (error: unknown) => {
      throw error instanceof UsageError ? error : refusal(file, 'the archive cannot be read', error);
    },
  );
  const found = parseContents(contents, file);
  if (found === undefined) throw refusal(file, 'it is a tar archive, but not one of container images');
  if (found.names.length === 0)
    throw refusal(file, 'the archive does not name its images, so no pod could ask for them');
  return { file, bytes: statSync(file).size, ...found };
}

async function openArchive(file: string): Promise<AsyncIterable<Buffer>> {
  try {
    const compressed = await isCompressed(file);
    const stream = createReadStream(file);
    return compressed ? pipeline(stream, createGunzip(), () => undefined) : stream;
  } catch (cause) {
    throw refusal(file, 'the file cannot be read', cause);
  }
}

function parseContents(
  contents: ReadonlyMap<string, string>,
  file: string,
): Pick<ImageArchive, 'format' | 'names'> | undefined {
  try {
    return namesIn(contents);
  } catch (cause) {
    throw refusal(file, 'its table of contents is not as it should be', cause);
  }
}
