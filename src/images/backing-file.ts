import { closeSync, openSync, readSync } from 'node:fs';

const MAGIC = 'QFI\xfb';
const NAME_OFFSET = 8;
const NAME_LENGTH = 16;
const HEADER_BYTES = 20;

/** The backing file that a qcow2 names (docs/interop/qcow2.rst of QEMU); undefined if it has none, or is no qcow2. */
export function backingFile(disk: string): string | undefined {
  const file = openSync(disk, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(file, header, 0, HEADER_BYTES, 0);
    const length = header.readUInt32BE(NAME_LENGTH);
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC || length === 0) return undefined;
    const name = Buffer.alloc(length);
    readSync(file, name, 0, length, Number(header.readBigUInt64BE(NAME_OFFSET)));
    return name.toString('utf8');
  } finally {
    closeSync(file);
  }
}
