import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../../src/errors/families.js';
import { throwShortage } from '../../../src/errors/system-error.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

describe('something that this computer has too little of', () => {
  it('is thrown, and nothing else', () => {
    const error = (code: 'LAB-ENV-OPEN-FILES' | 'LAB-ENV-PROGRAM'): EnvironmentError =>
      new EnvironmentError({ code, message: 'x', hint: 'y' });
    expect(() => {
      throwShortage(error('LAB-ENV-OPEN-FILES'));
    }).toThrow('x');
    for (const other of [error('LAB-ENV-PROGRAM'), new Error('z'), undefined])
      expect(() => {
        throwShortage(other);
      }).not.toThrow();
  });

  it('is no fault of the QEMU that could not be asked, nor of KVM', () => {
    const qemu = join(scratch(), 'qemu');
    writeFileSync(qemu, '#!/bin/sh\n');
    chmodSync(qemu, 0o755);
    const url = (path: string): string =>
      JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
    const script = `
      const { openSync } = await import('node:fs');
      const { givenQemu } = await import(${url('toolchain/choose-qemu.ts')});
      const { bootUnderKvm } = await import(${url('toolchain/kvm-guest.ts')});
      const { silentTask } = await import(${url('model/task.ts')});
      const { execa } = await import('execa');
      await execa('true');
      const environment = { cache: ${JSON.stringify(scratch())}, state: ${JSON.stringify(scratch())} };
      process.env.PATH = ${JSON.stringify(scratch())};
      const open = [];
      try { for (;;) open.push(openSync('/dev/null')); } catch {}
      const toolchain = { qemu: { command: [${JSON.stringify(qemu)}] }, kernel: { image: '/vmlinuz' } };
      const codes = [];
      for (const ask of [
        () => givenQemu(${JSON.stringify(qemu)}, environment, silentTask()),
        () => bootUnderKvm(toolchain, 1000, silentTask()),
      ]) await ask().then((value) => codes.push(JSON.stringify(value)), (error) => codes.push(error.code));
      const { closeSync } = await import('node:fs');
      for (const one of open) closeSync(one);
      console.log(codes.join(' '));
    `;
    const said = execFileSync(
      'sh',
      [
        '-c',
        'ulimit -n 200; exec "$@"',
        'sh',
        process.execPath,
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        script,
      ],
      { encoding: 'utf8' },
    );
    expect(said.trim()).toBe('LAB-ENV-OPEN-FILES LAB-ENV-OPEN-FILES');
    expect(existsSync(join(scratch(), 'toolchain'))).toBe(false);
  });
});
