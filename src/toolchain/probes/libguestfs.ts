import { readdirSync, accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { run } from '../../process/run.js';
import { findProgram } from '../../process/find-program.js';
import type { Probe } from './probe.js';

/** virt-customize, which only labs on distribution images need. It boots a kernel of this computer. */
export async function probeLibguestfs(boot: string, required: boolean, { signal }: Task): Promise<Probe> {
  const common = { name: 'libguestfs', required } as const;
  if (findProgram('virt-customize') === undefined) {
    return {
      ...common,
      verdict: 'missing',
      found: 'no virt-customize',
      remedy: `${required ? '' : 'only for labs on distribution images: '}sudo apt-get install libguestfs-tools`,
    };
  }
  const { stdout } = await run(['virt-customize', '--version'], { timeoutMs: 20_000, signal });
  const found = stdout.trim();
  if (hasReadableKernel(boot)) return { ...common, verdict: 'ok', found };
  return {
    ...common,
    verdict: 'warning',
    found: `${found}, but the current user cannot read a kernel in ${boot}`,
    remedy: `make one readable: sudo chmod +r ${boot}/vmlinuz-* (on Ubuntu only root can read them), or install one: sudo apt-get install linux-image-amd64`,
  };
}

function hasReadableKernel(boot: string): boolean {
  try {
    return readdirSync(boot).some((name) => name.startsWith('vmlinuz-') && isReadable(join(boot, name)));
  } catch {
    return false;
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
