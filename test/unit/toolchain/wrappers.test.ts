import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWrappers } from '../../../src/toolchain/wrappers.js';

const programs = ['bridge', 'qemu-ga'].map((name) => `usr/sbin/${name}`);
const moreprograms = [
  'busybox',
  'ip',
  'iperf3',
  'kmod',
  'netperf',
  'netserver',
  'ping',
  'qemu-img',
  'xz',
  'zstd',
];
const qemu = 'usr/bin/qemu-system-x86_64';
const loader = 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab wrappers-'));
  for (const path of [...programs, ...moreprograms.map((name) => `usr/bin/${name}`), qemu]) {
    program(path, 'printf "static\\n"; printf "%s\\n" "$@"');
  }
  program(loader, 'printf "%s\\n" "$@"; printf "modules=%s\\n" "$QEMU_MODULE_DIR"');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(path: string, script: string): void {
  const file = join(folder, 'tree', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

async function write(withQemu = true): Promise<string[]> {
  return writeWrappers(join(folder, 'bin'), join(folder, 'tree'), withQemu);
}

async function call(name: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa(join(folder, 'bin', name), args, {
    env: { PATH: '/nonexistent' },
    extendEnv: false,
  });
  return stdout.split('\n');
}

describe('a wrapper', () => {
  it("runs the program through the tree's loader with the caller's arguments as they are", async () => {
    expect(await write()).toEqual([]);
    const bin = join(folder, 'bin');
    expect(await call('ip', 'link', 'add', 'a b', '$HOME')).toEqual([
      ...[
        '--argv0',
        'ip',
        '--library-path',
        `${bin}/../tree/usr/lib/x86_64-linux-gnu`,
        `${bin}/../tree/usr/bin/ip`,
      ],
      ...['link', 'add', 'a b', '$HOME', 'modules='],
    ]);
  });

  it('of a kmod tool says by which name it was called', async () => {
    await write();
    expect((await call('depmod'))[1]).toBe('depmod');
    expect((await call('modinfo'))[1]).toBe('modinfo');
  });

  it('of QEMU adds its firmware and module folders', async () => {
    await write();
    const said = await call('qemu-system-x86_64', '-version');
    expect(said.filter((word) => /\/usr\/share\/(qemu|seabios)$/.test(word))).toHaveLength(2);
    expect(said.at(-1)).toMatch(/modules=.*\/usr\/lib\/x86_64-linux-gnu\/qemu$/);
  });

  it('runs a static program without the loader', async () => {
    await write();
    expect(await call('busybox', 'true')).toEqual(['static', 'true']);
  });

  it('still works when the folder was moved', async () => {
    await write();
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    folder = moved;
    expect(await call('ping')).toContain(`${moved}/bin/../tree/usr/bin/ping`);
  });

  it('is not written for what the tree lacks, which is told', async () => {
    rmSync(join(folder, 'tree/usr/bin/netperf'));
    expect(await write(false)).toEqual(['usr/bin/netperf']);
    const names = readdirSync(join(folder, 'bin'));
    expect(names).not.toContain('netperf');
    expect(names).not.toContain('qemu-system-x86_64');
    expect(names).toContain('netserver');
  });
});
