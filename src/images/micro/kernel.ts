import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { runOrThrow } from '../../process/run.js';
import { hasPvhEntry } from './pvh.js';

/** Offsets in the setup header of a bzImage (Linux, Documentation/arch/x86/boot.rst). */
const SETUP_SECTORS = 0x1f1;
const HEADER_MAGIC = 0x202;
const BOOT_PROTOCOL = 0x206;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const FIRST_PROTOCOL_WITH_PAYLOAD = 0x0208;
const SECTOR_BYTES = 512;
/** The kernel's build appends the uncompressed size to the compressed payload. */
const SIZE_TRAILER_BYTES = 4;

/** The compressed kernel proper within a bzImage; undefined when the file is not one that tells. */
function payloadOf(image: Buffer): Buffer | undefined {
  if (
    image.length < PAYLOAD_LENGTH + 4 ||
    image.toString('latin1', HEADER_MAGIC, HEADER_MAGIC + 4) !== 'HdrS'
  )
    return undefined;
  if (image.readUInt16LE(BOOT_PROTOCOL) < FIRST_PROTOCOL_WITH_PAYLOAD) return undefined;
  const setupSectors = image.readUInt8(SETUP_SECTORS) || 4;
  const start = (setupSectors + 1) * SECTOR_BYTES + image.readUInt32LE(PAYLOAD_OFFSET);
  return image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH));
}

interface Compression {
  readonly magic: Buffer;
  /** Writes what `payload` expands to into `target`. */
  expand(payload: Buffer, target: string, bin: string): Promise<void>;
}

const compressions: readonly Compression[] = [
  {
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    expand: async (payload, target, bin) => {
      const source = `${target}.zst`;
      writeFileSync(source, payload);
      await runOrThrow([join(bin, 'zstd'), '-dqf', '--rm', source, '-o', target]);
    },
  },
  {
    magic: Buffer.from([0x1f, 0x8b]),
    expand: async (payload, target) => {
      writeFileSync(target, gunzipSync(payload));
      return Promise.resolve();
    },
  },
];

/**
 * Writes to `target` the kernel that boots quickest: the uncompressed ELF inside a bzImage, which QEMU enters by PVH, so that
 * the guest need not decompress itself (under emulation that costs more than the rest of the boot). A kernel that is an ELF
 * already, has no entry for PVH, or is compressed in another way than zstd or gzip, is copied as it is; QEMU boots it as well.
 */
export async function prepareKernel(image: string, target: string, bin: string): Promise<void> {
  const bytes = readFileSync(image);
  const payload = payloadOf(bytes)?.subarray(0, -SIZE_TRAILER_BYTES);
  const compression =
    payload && compressions.find(({ magic }) => payload.subarray(0, magic.length).equals(magic));
  if (payload === undefined || compression === undefined) {
    writeFileSync(target, bytes);
    return;
  }
  await compression.expand(payload, target, bin);
  if (!hasPvhEntry(readFileSync(target))) writeFileSync(target, bytes);
}
