import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { UsageError } from '../../errors/families.js';
import { backingFile } from '../backing-file.js';

/** The header of a qcow2 (docs/interop/qcow2.rst of QEMU). */
const HEADER = { magic: 'QFI\xfb', bytes: 104, version: 4, incompatible: 72 };
const EXTERNAL_DATA = 1n << 2n;

/** The error for a disk that nothing can be built on. */
export function unusableBase(file: string, why: string, hint: string, cause?: unknown): UsageError {
  return new UsageError(
    { code: 'LAB-IMAGE-BASE', message: `the base ${why}`, location: { file }, hint },
    cause === undefined ? {} : { cause },
  );
}

/** Throws UsageError unless the file is a qcow2 that holds all of its disk itself. */
export function requireWholeQcow2(file: string): void {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true)
    throw unusableBase(file, 'does not exist', 'write its path relative to the definition');
  const header = headerOf(file);
  if (header.toString('latin1', 0, HEADER.magic.length) !== HEADER.magic)
    throw unusableBase(file, 'is not a qcow2', 'convert it: qemu-img convert -O qcow2 DISK my.qcow2');
  const flatten = `convert it to a complete one: qemu-img convert -O qcow2 ${file} whole.qcow2`;
  if (backingFile(file) !== undefined)
    throw unusableBase(file, 'is an overlay on another disk, which may change', flatten);
  const hasFeatures = header.readUInt32BE(HEADER.version) >= 3;
  if (hasFeatures && (header.readBigUInt64BE(HEADER.incompatible) & EXTERNAL_DATA) !== 0n)
    throw unusableBase(file, 'keeps its data in another file', flatten);
}

function headerOf(file: string): Buffer {
  const header = Buffer.alloc(HEADER.bytes);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, HEADER.bytes, 0);
  } finally {
    closeSync(descriptor);
  }
  return header;
}
