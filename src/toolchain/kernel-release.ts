import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** ELF (elf(5)): its class, and the machine that it is for. */
const elfMagic = '\x7fELF';
const elfClass = { offset: 4, bits64: 2 };
const elfMachine = { offset: 0x12, x86_64: 62 };
/** What else a kernel may be for. */
const elfMachines: ReadonlyMap<number, string> = new Map([
  [3, '32-bit x86'],
  [22, 's390x'],
  [21, 'POWER'],
  [40, '32-bit Arm'],
  [183, 'aarch64'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
]);
/** An arm64 `Image` (Documentation/arch/arm64/booting.rst). */
const arm64Magic = { offset: 0x38, text: 'ARM\x64' };

/** The real-mode setup header of Documentation/arch/x86/boot.rst. */
const setupMagic = { offset: 0x202, text: 'HdrS' };
const setupSectors = 0x1f1;
const systemSize = 0x1f4;
const protocol = 0x206;
const loadFlags = { offset: 0x236, since: 0x20c, has64BitEntry: 1 };
const sectorBytes = 512;
const paragraphBytes = 16;
const versionPointer = 0x20e;
const versionBase = 0x200;
const releaseLimit = 128;

const chunkSize = 1 << 20;
const banner = /Linux version (\d+\.\d+[^\s\0]*)/;
/** More than the banner's length: what is kept of a chunk so that a banner across two is found. */
const overlap = 256;

export type KernelFormat = 'bzImage' | 'vmlinux';

/** A kernel that the guest can boot with. */
export interface KernelImage {
  readonly format: KernelFormat;
  /** `uname -r`; undefined where the image does not tell it. */
  readonly release: string | undefined;
}

/** Why a file is no such kernel. */
export interface NoKernelImage {
  readonly fault: string;
}

/**
 * What kind of x86-64 Linux image a file is, and its `uname -r` where it can be read: in a bzImage's header, or in a vmlinux's banner.
 * Throws the file system's error if the file cannot be read.
 */
export function readKernelImage(path: string): KernelImage | NoKernelImage {
  const file = openSync(path, 'r');
  try {
    const head = readAt(file, 0, 0x240);
    if (startsAt(head, 0, elfMagic)) return readElf(file, head);
    if (startsAt(head, arm64Magic.offset, arm64Magic.text)) return { fault: 'it is a kernel for aarch64' };
    if (!startsAt(head, setupMagic.offset, setupMagic.text) || head.length < 0x240)
      return { fault: 'it is neither a bzImage nor an ELF file' };
    return readBzImage(file, head);
  } finally {
    closeSync(file);
  }
}

function startsAt(bytes: Buffer, offset: number, text: string): boolean {
  return bytes.toString('latin1', offset, offset + text.length) === text;
}

function readElf(file: number, head: Buffer): KernelImage | NoKernelImage {
  if (head.length < elfMachine.offset + 2) return { fault: 'it is an ELF file that was cut short' };
  const machine = head.readUInt16LE(elfMachine.offset);
  if (machine !== elfMachine.x86_64 || head.readUInt8(elfClass.offset) !== elfClass.bits64)
    return { fault: `it is an ELF file for ${elfMachines.get(machine) ?? 'another processor'}` };
  const release = bannerRelease(file);
  if (release === undefined) return { fault: 'it is an ELF file without Linux’s banner' };
  return { format: 'vmlinux', release };
}

function readBzImage(file: number, head: Buffer): KernelImage | NoKernelImage {
  const sectors = head.readUInt8(setupSectors) || 4;
  const bytes = (sectors + 1) * sectorBytes + head.readUInt32LE(systemSize) * paragraphBytes;
  if (fstatSync(file).size < bytes)
    return { fault: `it is a bzImage that was cut short: ${fstatSync(file).size} of ${bytes} bytes` };
  const isNewEnough = head.readUInt16LE(protocol) >= loadFlags.since;
  if (isNewEnough && (head.readUInt16LE(loadFlags.offset) & loadFlags.has64BitEntry) === 0)
    return { fault: 'it is a kernel for 32-bit x86' };
  const version = headerVersion(file, head.readUInt16LE(versionPointer));
  if (version !== undefined && !/^\d+\.\d+/.test(version))
    return { fault: `it has the header of a bzImage, but is ${version} and not Linux` };
  return { format: 'bzImage', release: version };
}

/** The first word of the version that a bzImage's header points to. */
function headerVersion(file: number, pointer: number): string | undefined {
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
