import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { interpreterOf } from '../../../src/images/hypervisor/elf.js';
import { qemuAddition } from '../../../src/images/hypervisor/qemu-addition.js';
import type { Origin, QemuTool } from '../../../src/toolchain/types.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const PROGRAM = 'tree/usr/bin/qemu-system-x86_64';
const LIBRARY = 'tree/usr/lib/x86_64-linux-gnu/libglib-2.0.so.0';
const FIRMWARE = 'data/bios-256k.bin';

function put(path: string, content: string, mode = 0o644): string {
  const file = join(scratch(), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

/** A tree as the toolchain's, whose programs are scripts that answer what is asked of QEMU and of its loader. */
beforeEach(() => {
  put(PROGRAM, 'program');
  put(LIBRARY, 'library');
  for (const name of ['bios-256k.bin', 'kvmvapic.bin', 'linuxboot_dma.bin', 'pvh.bin'])
    put(`data/${name}`, name);
  put(
    'tree/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
    `#!/bin/sh\ncase "$*" in *--list*) echo "	libglib-2.0.so.0 => ${scratch()}/${LIBRARY} (0x1)" ;; esac\n`,
    0o755,
  );
});

function qemu(origin: Origin): QemuTool {
  const wrapper = put('bin/qemu-system-x86_64', `#!/bin/sh\necho "${scratch()}/data"\n`, 0o755);
  return { command: [wrapper], version: '11.1.3', origin };
}

async function digest(): Promise<string> {
  return (await qemuAddition(qemu('given'))).digest;
}

describe('the QEMU of an image', () => {
  it.each([
    ['the program', PROGRAM],
    ['a library', LIBRARY],
    ['its firmware', FIRMWARE],
  ])('is another when %s is', async (_, path) => {
    const before = await digest();
    expect(await digest()).toBe(before);
    put(path, 'newer');
    expect(await digest()).not.toBe(before);
  });

  it('is known by the digest of its tree if it was provisioned', async () => {
    expect((await qemuAddition(qemu('provisioned'))).digest).toBe('provisioned');
  });

  it('cannot be a script', async () => {
    const script = put('elsewhere/my-qemu', '#!/bin/sh\nexec qemu-system-x86_64 "$@"\n', 0o755);
    await expect(
      qemuAddition({ command: [script], version: '11.1.3', origin: 'given' }),
    ).rejects.toMatchObject({
      code: 'LAB-IMAGE-QEMU',
      message: expect.stringContaining('script') as string,
    });
  });

  it('cannot do without its firmware', async () => {
    rmSync(join(scratch(), FIRMWARE));
    await expect(digest()).rejects.toMatchObject({
      code: 'LAB-IMAGE-QEMU',
      message: expect.stringContaining('finds no bios-256k.bin') as string,
    });
  });

  it('is refused if it does not run in the image', async () => {
    const { install } = await qemuAddition(qemu('given'));
    const root = join(scratch(), 'root');
    mkdirSync(root);
    await expect(install(root)).rejects.toMatchObject({
      code: 'LAB-IMAGE-QEMU',
      message: expect.stringContaining('does not run with what was copied') as string,
    });
  });
});

describe('the loader that a program names', () => {
  function elf(type: number, name: string): string {
    const bytes = Buffer.alloc(64 + 56 + name.length + 1);
    bytes.write('\x7fELF\x02\x01', 'latin1');
    bytes.writeBigUInt64LE(64n, 0x20);
    bytes.writeUInt16LE(56, 0x36);
    bytes.writeUInt16LE(1, 0x38);
    bytes.writeUInt32LE(type, 64);
    bytes.writeBigUInt64LE(120n, 64 + 8);
    bytes.writeBigUInt64LE(BigInt(name.length + 1), 64 + 0x20);
    bytes.write(name, 120);
    const file = join(scratch(), 'program');
    writeFileSync(file, bytes);
    return file;
  }

  it('is told; null for a static program, undefined for what is none', () => {
    expect(interpreterOf(elf(3, '/lib/ld-musl-x86_64.so.1'))).toBe('/lib/ld-musl-x86_64.so.1');
    expect(interpreterOf(elf(1, 'x'))).toBeNull();
    expect(interpreterOf(put('script', '#!/bin/sh\n'))).toBeUndefined();
    expect(interpreterOf(put('empty', ''))).toBeUndefined();
  });
});
