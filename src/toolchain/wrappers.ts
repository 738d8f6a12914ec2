import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A program of the tree that gets a wrapper: its name and where it is in the tree. */
interface Wrapped {
  readonly name: string;
  readonly path: string;
  /** Runs without the loader. */
  readonly isStatic?: boolean;
  /** Arguments before the caller's; `$tree` stands for the tree. */
  readonly arguments?: string;
  readonly environment?: string;
}

const libraries = '$tree/usr/lib/x86_64-linux-gnu';

const qemu: Wrapped = {
  name: 'qemu-system-x86_64',
  path: 'usr/bin/qemu-system-x86_64',
  arguments: '-L "$tree/usr/share/qemu" -L "$tree/usr/share/seabios"',
  environment: `QEMU_MODULE_DIR="${libraries}/qemu"`,
};

/** The names of kmod: it looks at the name that it was called by. */
const kmodNames = ['depmod', 'insmod', 'lsmod', 'modinfo', 'modprobe', 'rmmod'];

const wrapped: readonly Wrapped[] = [
  { name: 'bridge', path: 'usr/sbin/bridge' },
  { name: 'busybox', path: 'usr/bin/busybox', isStatic: true },
  { name: 'ip', path: 'usr/bin/ip' },
  { name: 'iperf3', path: 'usr/bin/iperf3' },
  { name: 'netperf', path: 'usr/bin/netperf' },
  { name: 'netserver', path: 'usr/bin/netserver' },
  { name: 'ping', path: 'usr/bin/ping' },
  { name: 'qemu-ga', path: 'usr/sbin/qemu-ga' },
  { name: 'qemu-img', path: 'usr/bin/qemu-img' },
  { name: 'xz', path: 'usr/bin/xz' },
  { name: 'zstd', path: 'usr/bin/zstd' },
  ...kmodNames.map((name) => ({ name, path: 'usr/bin/kmod' })),
];

/**
 * Writes the wrappers into `bin`, next to the tree in `tree`. They find the tree from their own place, so both may be moved
 * together, and start nothing but the program. Returns what the tree lacks of their programs; those get no wrapper.
 */
export async function writeWrappers(bin: string, tree: string, withQemu: boolean): Promise<string[]> {
  await mkdir(bin, { recursive: true });
  const missing: string[] = [];
  for (const program of withQemu ? [...wrapped, qemu] : wrapped) {
    if (!isExecutable(join(tree, program.path))) {
      missing.push(program.path);
      continue;
    }
    const file = join(bin, program.name);
    await writeFile(file, wrapperText(program));
    await chmod(file, 0o755);
  }
  return missing;
}

function wrapperText(program: Wrapped): string {
  const target = `"$tree/${program.path}"`;
  const loader = `"${libraries}/ld-linux-x86-64.so.2" --argv0 ${program.name} --library-path "${libraries}"`;
  const command = [
    program.isStatic === true ? target : `${loader} ${target}`,
    ...(program.arguments === undefined ? [] : [program.arguments]),
    '"$@"',
  ].join(' ');
  return [
    '#!/bin/sh',
    `# Runs the tree's ${program.name} with the tree's own libraries. Written by lab; see docs/toolchain.md.`,
    'tree=${0%/*}/../tree',
    ...(program.environment === undefined ? [] : [`export ${program.environment}`]),
    `exec ${command}`,
    '',
  ].join('\n');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
