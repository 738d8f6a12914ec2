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
  image.write('\x7fELF', 0, 'latin1');
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

  it('is neither a script nor an empty file', () => {
    expect(readKernelImage(write('script', '#!/bin/sh\n'))).toBeUndefined();
    expect(readKernelImage(write('empty', ''))).toBeUndefined();
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
    const kernel = write('vmlinux', '\x7fELF'.padEnd(0x300));
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
    ['LAB-TOOLCHAIN-MODULES-ALONE', () => given({ modules: folder })],
    ['LAB-TOOLCHAIN-MODULES-NOT-FOUND', () => given({ kernel: bzImage(), modules: join(folder, 'absent') })],
    ['LAB-TOOLCHAIN-MODULES-MISMATCH', () => given({ kernel: bzImage(), modules: modules('6.6.6') })],
  ])('is refused: %s', (code, call) => {
    expect(codeOf(call)).toBe(code);
  });
});
