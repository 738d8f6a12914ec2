import { readdirSync, accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../model/task.js';
import { run } from '../../process/run.js';
import { installHint } from '../../process/packages.js';
import { missingOf, programsFor } from '../requirements.js';
import type { Probe } from './probe.js';

export const LIBGUESTFS = 'libguestfs';

/** virt-customize and what it is run with, which only labs on distribution images need. It boots a kernel of this computer. */
export async function probeLibguestfs(boot: string, required: boolean, { signal }: Task): Promise<Probe> {
  const common = { name: LIBGUESTFS, required } as const;
  const missing = missingOf(programsFor.diskImages);
  if (missing.length > 0) {
    return {
      ...common,
      verdict: 'missing',
      found: `no ${missing.join(', ')}`,
      remedy: `${required ? '' : 'only for labs on distribution images: '}${installHint(missing)}`,
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
