import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { prepareKernel } from '../../../src/images/micro/kernel.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

/** An ELF file with a note of this name and type, after another note; elf(5). */
function elfWithNote(name: string, type: number): Buffer {
  const header = Buffer.alloc(64 + 2 * 56);
  header.write('\x7fELF\x02\x01', 0, 'latin1');
  header.writeBigUInt64LE(64n, 0x20);
  header.writeUInt16LE(56, 0x36);
  header.writeUInt16LE(2, 0x38);
  header.writeUInt32LE(1, 64); // PT_LOAD
  header.writeUInt32LE(4, 64 + 56); // PT_NOTE
  const note = (text: string, number: number): Buffer => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(text.length + 1, 0);
    head.writeUInt32LE(6, 4);
    head.writeUInt32LE(number, 8);
    return Buffer.concat([
      head,
      Buffer.from(text.padEnd(Math.ceil((text.length + 1) / 4) * 4, '\0')),
      Buffer.alloc(8),
    ]);
  };
  const notes = Buffer.concat([note('Linux', 18), note(name, type)]);
  header.writeBigUInt64LE(BigInt(header.length), 64 + 56 + 8);
  header.writeBigUInt64LE(BigInt(notes.length), 64 + 56 + 0x20);
  return Buffer.concat([header, notes, Buffer.from('the kernel proper'.repeat(100))]);
}

/** XEN_ELFNOTE_PHYS32_ENTRY: QEMU boots an ELF that has it. */
const elf = elfWithNote('Xen', 18);

interface Header {
  readonly magic?: string;
  readonly protocol?: number;
  readonly setupSectors?: number;
  readonly payloadOffset?: number;
  readonly payloadLength?: number;
}

/** A bzImage as far as its setup header and its payload go (Documentation/arch/x86/boot.rst). */
function bzImage(payload: Buffer, header: Header = {}): Buffer {
  const { magic = 'HdrS', protocol = 0x020f, setupSectors = 3, payloadOffset = 0x40 } = header;
  // The build appends the uncompressed size.
  const whole = Buffer.concat([payload, Buffer.alloc(4)]);
  const start = ((setupSectors === 0 ? 4 : setupSectors) + 1) * 512 + payloadOffset;
  const image = Buffer.alloc(Math.max(start + whole.length, 0x250), 0xee);
  image.writeUInt8(setupSectors, 0x1f1);
  image.write(magic, 0x202, 'latin1');
  image.writeUInt16LE(protocol, 0x206);
  image.writeUInt32LE(payloadOffset, 0x248);
  image.writeUInt32LE(header.payloadLength ?? whole.length, 0x24c);
  whole.copy(image, start);
  return image;
}

/** What prepareKernel makes of an image; there is no program for it to start. */
async function prepared(image: Buffer): Promise<Buffer> {
  const [source, target] = [join(scratch(), 'image'), join(scratch(), 'kernel')];
  writeFileSync(source, image);
  await prepareKernel(source, target, join(scratch(), 'no-programs'));
  return readFileSync(target);
}

describe('prepareKernel', () => {
  it.each<[string, Header]>([
    ['an ordinary header', {}],
    ['more setup sectors', { setupSectors: 39 }],
    ['setup sectors that are not said, which means four', { setupSectors: 0 }],
    ['the first protocol that tells of its payload', { protocol: 0x0208 }],
    ['another offset', { payloadOffset: 0x2f1 }],
  ])('takes the ELF out of a bzImage with %s', async (_, header) => {
    expect((await prepared(bzImage(gzipSync(elf), header))).equals(elf)).toBe(true);
  });

  it.each<[string, Buffer]>([
    ['an ELF already', elf],
    ['an older protocol', bzImage(gzipSync(elf), { protocol: 0x0207 })],
    ['no magic number', bzImage(gzipSync(elf), { magic: 'xxxx' })],
    ['a payload compressed in another way (lz4)', bzImage(Buffer.from([0x02, 0x21, 0x4c, 0x18, 1, 2, 3]))],
    ['no entry for PVH (CONFIG_PVH)', bzImage(gzipSync(elfWithNote('Xen', 17)))],
    ['another’s note', bzImage(gzipSync(elfWithNote('Zen', 18)))],
    ['no notes', bzImage(gzipSync(Buffer.concat([elf.subarray(0, 64), Buffer.alloc(200)])))],
    ['less than an ELF header', bzImage(gzipSync(elf.subarray(0, 40)))],
    ['a payload that is no ELF when expanded', bzImage(gzipSync(Buffer.from('something else')))],
    ['a payload beyond its end', bzImage(gzipSync(elf), { payloadOffset: 0x40 }).subarray(0, 0x300)],
    ['nothing in it', Buffer.alloc(0)],
    ['less than a header', Buffer.alloc(0x24f)],
  ])('copies as it is what has %s', async (_, image) => {
    expect((await prepared(image)).equals(image)).toBe(true);
  });

  it('copies as it is what was cut short, or says why it cannot be used', async () => {
    const image = bzImage(gzipSync(elf)).subarray(0, -40);
    const outcome = await prepared(image).catch((error: unknown) => error as Error);
    expect(outcome instanceof Error || outcome.equals(image)).toBe(true);
    expect(outcome instanceof Buffer && outcome.equals(elf)).toBe(false);
  });
});
