import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The QEMU that `lab` uses, in the toolchain's folder of programs. */
function realQemu(): string {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sriov-lab/toolchain');
  const found = readdirSync(cache, { recursive: true, encoding: 'utf8' }).find(
    (path) => path.endsWith('bin/qemu-system-x86_64') && !path.includes('/usr/'),
  );
  return found === undefined ? 'qemu-system-x86_64' : join(cache, found);
}

/**
 * A real QEMU behind a script that spoils its arguments: `edit` is a sed program for them, one a line; `more` comes after.
 * Stands for a QEMU with a fault that a check has to find.
 */
export function faultyQemu(folder: string, edit: string, more: string[] = []): string {
  const file = join(folder, 'faulty-qemu');
  writeFileSync(
    file,
    `#!/bin/bash
mapfile -t arguments < <(printf '%s\\n' "$@" | sed '${edit}')
exec '${realQemu()}' "\${arguments[@]}" ${more.map((word) => `'${word}'`).join(' ')}
`,
  );
  chmodSync(file, 0o755);
  return file;
}
