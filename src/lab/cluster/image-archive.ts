import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../../errors/families.js';
import { ByteReader } from './byte-reader.js';
import { imageContents, type ImageContents } from './image-contents.js';

/** An archive of container images. */
export interface ImageArchive extends ImageContents {
  readonly file: string;
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
/** JSON is small: the tables of contents, and the images' configurations. Everything else is layers. */
const LARGEST_JSON = 4 * 1024 ** 2;
/** However many there are, no more of them is kept. */
const LARGEST_TOTAL = 64 * 1024 ** 2;

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

/** The files in a tar that look like JSON, by their paths. Throws UsageError if it is no tar or is cut short. */
async function jsonFilesOf(tar: ByteReader, file: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let room = LARGEST_TOTAL;
  for (;;) {
    const header = await tar.read(BLOCK);
    if (header.length < BLOCK) throw refusal(file, 'the archive is cut short');
    if (header.every((byte) => byte === 0)) return found;
    if (field(header, MAGIC_AT) !== MAGIC) throw refusal(file, 'it is not a tar archive');
    const name = field(header, NAME_AT).replace(/^\.\//, '');
    const size = sizeIn(header);
    let rest = size + ((BLOCK - (size % BLOCK)) % BLOCK);
    if (size > 0 && size <= Math.min(LARGEST_JSON, room)) {
      const content = await tar.read(size);
      rest -= content.length;
      if (isJson(content)) {
        found.set(name, content.toString('utf8'));
        room -= size;
      }
    }
    if ((await tar.skip(rest)) < rest) throw refusal(file, 'the archive is cut short');
  }
}

function isJson(content: Buffer): boolean {
  return content[0] === '{'.charCodeAt(0) || content[0] === '['.charCodeAt(0);
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
  const files = await jsonFilesOf(new ByteReader(stream), file).catch((error: unknown) => {
    throw error instanceof UsageError ? error : refusal(file, 'the archive cannot be read', error);
  });
  const contents = parseContents(files, file);
  if (contents === undefined) throw refusal(file, 'it is a tar archive, but not one of container images');
  const names = contents.images.map(({ name }) => name);
  if (names.length === 0)
    throw refusal(file, 'the archive does not name its images, so no pod could ask for them');
  return { file, bytes: statSync(file).size, ...contents, names };
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

function parseContents(files: ReadonlyMap<string, string>, file: string): ImageContents | undefined {
  try {
    return imageContents(files);
  } catch (cause) {
    throw refusal(file, 'its table of contents is not as it should be', cause);
  }
}
