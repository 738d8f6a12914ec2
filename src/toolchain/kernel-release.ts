import { closeSync, openSync, readSync } from 'node:fs';

/** The real-mode setup header of Documentation/arch/x86/boot.rst. */
const setupMagic = { offset: 0x202, text: 'HdrS' };
const versionPointer = 0x20e;
const versionBase = 0x200;
const releaseLimit = 128;

const chunkSize = 1 << 20;
const banner = /Linux version (\d+\.\d+[^\s\0]*)/;
/** More than the banner's length: what is kept of a chunk so that a banner across two is found. */
const overlap = 256;

export type KernelFormat = 'bzImage' | 'vmlinux';

/**
 * What kind of kernel image a file is, and its `uname -r` where it can be read: in a bzImage's header, or in a vmlinux's banner.
 * Undefined if it is neither. Throws the file system's error if the file cannot be read.
 */
export function readKernelImage(
  path: string,
): { format: KernelFormat; release: string | undefined } | undefined {
  const file = openSync(path, 'r');
  try {
    const head = readAt(file, 0, 0x210);
    if (head.toString('latin1', 0, 4) === '\x7fELF')
      return { format: 'vmlinux', release: bannerRelease(file) };
    const magic = head.toString('latin1', setupMagic.offset, setupMagic.offset + 4);
    if (magic !== setupMagic.text) return undefined;
    return { format: 'bzImage', release: headerRelease(file, head.readUInt16LE(versionPointer)) };
  } finally {
    closeSync(file);
  }
}

function headerRelease(file: number, pointer: number): string | undefined {
  if (pointer === 0) return undefined;
  const text = readAt(file, versionBase + pointer, releaseLimit).toString('latin1');
  return /^[^\s\0]+/.exec(text)?.[0];
}

function bannerRelease(file: number): string | undefined {
  for (let offset = 0; ; offset += chunkSize - overlap) {
    const chunk = readAt(file, offset, chunkSize);
    const release = banner.exec(chunk.toString('latin1'))?.[1];
    if (release !== undefined || chunk.length < chunkSize) return release;
  }
}

function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
}
