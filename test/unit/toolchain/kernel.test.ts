import type { KernelTool, ToolchainOptions } from '../../../src/toolchain/types.js';
import { environmentIn } from '../../support/environment.js';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/errors/lab-error.js';
import { givenKernel } from '../../../src/toolchain/choose-kernel.js';
import { readKernelImage } from '../../../src/toolchain/kernel-release.js';

const release = '6.18.0-rc1-mine+';
/** ELF's numbers of machines. */
const [X86_64, I386, AARCH64] = [62, 3, 183];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-kernel-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The start of a bzImage, as Documentation/arch/x86/boot.rst lays it out. */
function bzImage(name = 'bzImage', text = `${release} (me@here) #1 SMP\0`): string {
  const image = Buffer.alloc(0x4000);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x3000, 0x20e);
  image.write(text, 0x3200, 'latin1');
  return write(name, image);
}

/** An ELF file with the kernel's banner across the border of the parts that are read at once. */
function vmlinux(offset: number): string {
  const image = Buffer.alloc(offset + 1000);
  image.write('\x7fELF\x02\x01', 0, 'latin1');
  image.writeUInt16LE(X86_64, 0x12);
  image.write('Linux version %s', 0x500, 'latin1');
  image.write(`Linux version ${release} (me@here) #1`, offset, 'latin1');
  return write('vmlinux', image);
}

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function modules(name: string): string {
  mkdirSync(join(folder, name, 'kernel'), { recursive: true });
  return join(folder, name);
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof LabError && error.problems[0].hint !== '') return error.code;
    throw error;
  }
  return 'none';
}

describe('a kernel image', () => {
  it('tells its release in the header of a bzImage', () => {
    expect(readKernelImage(bzImage())).toEqual({ format: 'bzImage', release });
  });

  it.each([0x2000, (1 << 20) - 10, (1 << 20) + 5])(
    'tells its release in the banner of a vmlinux at %d',
    (offset) => {
      expect(readKernelImage(vmlinux(offset))).toEqual({ format: 'vmlinux', release });
    },
  );

  /** A bzImage with something else at a place. */
  function changed(change: (image: Buffer) => void): string {
    const image = readFileSync(bzImage());
    change(image);
    return write('changed', image);
  }

  it.each<[string, () => string, string]>([
    ['a script', () => write('script', '#!/bin/sh\n'), 'neither a bzImage nor an ELF file'],
    ['an empty file', () => write('empty', ''), 'neither a bzImage nor an ELF file'],
    ['a program', () => process.execPath, 'an ELF file without Linux’s banner'],
    [
      'a vmlinux for aarch64',
      () => {
        const image = readFileSync(vmlinux(0x2000));
        image.writeUInt16LE(AARCH64, 0x12);
        return write('vmlinux', image);
      },
      'an ELF file for aarch64',
    ],
    [
      'a vmlinux for 32-bit x86',
      () => {
        const image = readFileSync(vmlinux(0x2000));
        image.writeUInt8(1, 4);
        image.writeUInt16LE(I386, 0x12);
        return write('vmlinux', image);
      },
      'an ELF file for 32-bit x86',
    ],
    [
      'an Image for aarch64',
      () => write('Image', Buffer.from('ARM\x64'.padStart(0x3c, '\0'))),
      'for aarch64',
    ],
    [
      'a bzImage for 32-bit x86',
      () =>
        changed((image) => {
          image.writeUInt16LE(0x20f, 0x206);
        }),
      'for 32-bit x86',
    ],
    [
      'half a bzImage',
      () =>
        changed((image) => {
          image.writeUInt32LE(0x1000, 0x1f4);
        }),
      'cut short: 16384 of 68096 bytes',
    ],
    ['another system', () => bzImage('memtest', 'MT86+ v7\0'), 'is MT86+ and not Linux'],
  ])('is not %s', (_, file, fault) => {
    const found = readKernelImage(file());
    expect('fault' in found ? found.fault : 'none').toContain(fault);
  });

  it('is a bzImage with a 64-bit entry', () => {
    const file = changed((image) => {
      image.writeUInt16LE(0x20f, 0x206);
      image.writeUInt16LE(1, 0x236);
    });
    expect(readKernelImage(file)).toEqual({ format: 'bzImage', release });
  });
});

function given(options: Partial<ToolchainOptions>): KernelTool | undefined {
  return givenKernel({ environment: environmentIn(folder), ...options });
}

describe('a given kernel', () => {
  it('is not looked for when none is given', () => {
    expect(given({})).toBeUndefined();
  });

  it('takes its release from the image and its modules from the folder', () => {
    const kernel = bzImage();
    expect(given({ kernel, modules: modules('mods') })).toEqual({
      image: kernel,
      release,
      modules: join(folder, 'mods'),
      origin: 'given',
    });
  });

  it('finds the modules in what INSTALL_MOD_PATH was', () => {
    modules(`root/lib/modules/${release}`);
    modules('root/lib/modules/5.4.0');
    expect(given({ kernel: bzImage(), modules: join(folder, 'root') })?.modules).toBe(
      join(folder, 'root/lib/modules', release),
    );
  });

  it('takes its release from the modules when the image does not tell', () => {
    const image = readFileSync(bzImage());
    image.writeUInt16LE(0, 0x20e);
    const kernel = write('bzImage', image);
    expect(given({ kernel, modules: modules('6.6.6') })?.release).toBe('6.6.6');
  });

  it('has an empty list of modules when none are given', () => {
    const kernel = given({ kernel: bzImage() });
    expect(readFileSync(join(kernel?.modules ?? '', 'modules.builtin'), 'utf8')).toBe('');
  });

  it.each<[string, () => unknown]>([
    ['LAB-TOOLCHAIN-KERNEL-NOT-FOUND', () => given({ kernel: join(folder, 'absent') })],
    ['LAB-TOOLCHAIN-KERNEL-NOT-FOUND', () => given({ kernel: folder })],
    ['LAB-TOOLCHAIN-KERNEL-FORMAT', () => given({ kernel: write('text', 'not a kernel') })],
    ['LAB-TOOLCHAIN-KERNEL-FORMAT', () => given({ kernel: process.execPath })],
    ['LAB-TOOLCHAIN-MODULES-ALONE', () => given({ modules: folder })],
    ['LAB-TOOLCHAIN-MODULES-NOT-FOUND', () => given({ kernel: bzImage(), modules: join(folder, 'absent') })],
    ['LAB-TOOLCHAIN-MODULES-MISMATCH', () => given({ kernel: bzImage(), modules: modules('6.6.6') })],
  ])('is refused: %s', (code, call) => {
    expect(codeOf(call)).toBe(code);
  });
});
