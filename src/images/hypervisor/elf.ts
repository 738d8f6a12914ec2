import { closeSync, openSync, readSync } from 'node:fs';

/** Of a 64-bit little-endian ELF file (elf(5)). */
const MAGIC = '\x7fELF\x02\x01';
const HEADER = { bytes: 64, tableOffset: 0x20, entryBytes: 0x36, entries: 0x38 };
const ENTRY = { type: 0, offset: 8, fileBytes: 0x20 };
const PT_INTERP = 3;

/**
 * The dynamic loader that an x86-64 program names; null if it names none, as it is static; undefined if it is no such program.
 * Throws the file system's error if the file cannot be read.
 */
export function interpreterOf(path: string): string | null | undefined {
  const file = openSync(path, 'r');
  try {
    const header = readAt(file, 0, HEADER.bytes);
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
    const start = Number(header.readBigUInt64LE(HEADER.tableOffset));
    const entryBytes = header.readUInt16LE(HEADER.entryBytes);
    for (let index = 0; index < header.readUInt16LE(HEADER.entries); index += 1) {
      const entry = readAt(file, start + index * entryBytes, entryBytes);
      if (entry.readUInt32LE(ENTRY.type) !== PT_INTERP) continue;
      const offset = Number(entry.readBigUInt64LE(ENTRY.offset));
      const name = readAt(file, offset, Number(entry.readBigUInt64LE(ENTRY.fileBytes)));
      return name.toString('utf8').replace(/\0+$/, '');
    }
    return null;
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  readSync(file, buffer, 0, length, offset);
  return buffer;
}
