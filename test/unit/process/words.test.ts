import { join } from 'node:path';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../src/process/run.js';
import { faultIn } from '../../../src/process/words.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A PATH with a shell, and none of the programs that lab's scripts call. */
function barePath(): void {
  const bin = join(scratch(), 'bin');
  mkdirSync(bin);
  for (const [name, real] of [
    ['sh', '/bin/sh'],
    ['env', '/usr/bin/env'],
    ['timeout', '/usr/bin/timeout'],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${real} "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  vi.stubEnv('PATH', bin);
}

describe('a script that this computer cannot run', () => {
  // e2fsprogs of Debian are in /usr/sbin, so what is missing here is made up of the others.
  it.each([
    ['a shell', 'mmdebstrap --version', 'mmdebstrap', 'mmdebstrap'],
    ['a shell', 'newuidmap 1', 'newuidmap', 'uidmap'],
    ['env', 'env virt-customize', 'virt-customize', 'libguestfs-tools'],
    ['timeout', 'timeout 5 unshare true', 'unshare', 'util-linux'],
  ])('names the program that %s does not find: %s', async (_, script, program, owner) => {
    barePath();
    const { exitCode, stderr } = await run(['sh', '-c', script], { env: { LC_ALL: 'C' } });
    expect(exitCode).toBe(127);
    const fault = faultIn(stderr);
    expect(fault?.problems).toMatchObject([
      {
        code: 'LAB-ENV-PROGRAM',
        message: `lab needs ${program}, which this computer does not have`,
        hint: `sudo apt-get install ${owner}`,
      },
    ]);
    expect((fault?.cause as Error).message).toBe(stderr.trim());
  });

  it('names each of several once, with their packages', () => {
    barePath();
    const said =
      'base.sh: 31: newuidmap: not found\nx: 4: unshare: not found\nx: 5: unshare: command not found\n';
    expect(faultIn(said)?.problems).toMatchObject([
      {
        message: 'lab needs newuidmap, unshare, which this computer does not have',
        hint: 'sudo apt-get install uidmap util-linux',
      },
    ]);
  });

  it('is not one whose program only another system lacks', () => {
    // It is here: the tree of an image has not got it.
    expect(faultIn('/tmp/script: 3: chroot: not found')).toBeUndefined();
    expect(faultIn('/tmp/script: 3: a-program-of-a-package: not found')).toBeUndefined();
    expect(faultIn('E: Failed to fetch x  404  Not Found')).toBeUndefined();
  });

  it('may lack room as well', () => {
    expect(faultIn('tar: ./x: Cannot write: No space left on device')?.code).toBe('LAB-ENV-DISK-FULL');
  });
});
