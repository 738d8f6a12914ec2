/** Of a 64-bit little-endian ELF file (elf(5)). */
const MAGIC = '\x7fELF\x02\x01';
const HEADER = { bytes: 64, tableOffset: 0x20, entryBytes: 0x36, entries: 0x38 };
const ENTRY = { type: 0, offset: 8, fileBytes: 0x20 };
const PT_NOTE = 4;
const NOTE_HEADER_BYTES = 12;
/** XEN_ELFNOTE_PHYS32_ENTRY (Linux, include/xen/interface/elfnote.h). */
const PVH_ENTRY = { name: 'Xen\0', type: 18 };

/**
 * Whether an uncompressed kernel can be entered by PVH (CONFIG_PVH). QEMU boots no other: "Error loading uncompressed kernel without PVH
 * ELF Note".
 */
export function hasPvhEntry(elf: Buffer): boolean {
  if (elf.length < HEADER.bytes || elf.toString('latin1', 0, MAGIC.length) !== MAGIC) return false;
  const start = Number(elf.readBigUInt64LE(HEADER.tableOffset));
  const entryBytes = elf.readUInt16LE(HEADER.entryBytes);
  for (let index = 0; index < elf.readUInt16LE(HEADER.entries); index += 1) {
    const entry = elf.subarray(start + index * entryBytes, start + (index + 1) * entryBytes);
    if (entry.length < ENTRY.fileBytes + 8) return false;
    if (entry.readUInt32LE(ENTRY.type) !== PT_NOTE) continue;
    const offset = Number(entry.readBigUInt64LE(ENTRY.offset));
    if (holdsPvhEntry(elf.subarray(offset, offset + Number(entry.readBigUInt64LE(ENTRY.fileBytes)))))
      return true;
  }
  return false;
}

function holdsPvhEntry(notes: Buffer): boolean {
  for (let at = 0; at + NOTE_HEADER_BYTES <= notes.length;) {
    const nameBytes = notes.readUInt32LE(at);
    const valueBytes = notes.readUInt32LE(at + 4);
    const type = notes.readUInt32LE(at + 8);
    const name = at + NOTE_HEADER_BYTES;
    if (type === PVH_ENTRY.type && notes.toString('latin1', name, name + nameBytes) === PVH_ENTRY.name)
      return true;
    at = name + padded(nameBytes) + padded(valueBytes);
  }
  return false;
}

/** Names and values of notes take whole words of four bytes. */
function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
