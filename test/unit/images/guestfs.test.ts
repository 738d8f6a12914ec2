import { environmentIn } from '../../support/environment.js';
import type { BuildContext } from '../../../src/images/build-context.js';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { requireRoom } from '../../../src/images/disk/obtain.js';
import { guestfsEnvironment } from '../../../src/images/guestfs/environment.js';
import { requireLibguestfs } from '../../../src/images/guestfs/requirements.js';
import { lastErrors } from '../../../src/images/guestfs/run.js';
import { imagesFolder } from '../../../src/images/layers/store.js';
import { silentTask } from '../../../src/model/task.js';
import type { Toolchain } from '../../../src/toolchain/types.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const kernel = { image: '/tree/vmlinuz', release: '7.3.4', modules: '/tree/modules', origin: 'provisioned' };
const toolchain = { kernel } as unknown as Toolchain;

function context(): BuildContext {
  return { toolchain, environment: environmentIn(scratch()), mirror: undefined, acceleration: 'tcg' };
}

describe('guestfsEnvironment', () => {
  it('tells libguestfs to emulate where machines are emulated, and gives it the toolchain’s kernel', async () => {
    const environment = await guestfsEnvironment(join(scratch(), 'build'), context(), silentTask());
    expect(environment).toMatchObject({
      LIBGUESTFS_BACKEND: 'direct',
      LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
      SUPERMIN_KERNEL: '/tree/vmlinuz',
      SUPERMIN_KERNEL_VERSION: '7.3.4',
      SUPERMIN_MODULES: '/tree/modules',
    });
    for (const name of ['LIBGUESTFS_CACHEDIR', 'TMPDIR', 'XDG_RUNTIME_DIR'])
      expect(existsSync(environment[name] ?? ''), name).toBe(true);
  });

  it('takes away the sockets of a build that was killed', async () => {
    const stale = join(scratch(), 'sockets/libguestfsX');
    mkdirSync(stale, { recursive: true });
    writeFileSync(join(stale, 'guestfsd.sock'), '');
    await guestfsEnvironment(join(scratch(), 'build'), context(), silentTask());
    expect(existsSync(stale)).toBe(false);
  });
});

describe('requireLibguestfs', () => {
  it('names the programs that are missing', () => {
    vi.stubEnv('PATH', scratch());
    expect(requireLibguestfs).toThrow(/lacks virt-customize, guestfish, supermin/);
  });
});

describe('requireRoom', () => {
  it('says how much is missing before a build that would hang', () => {
    mkdirSync(imagesFolder(scratch()), { recursive: true });
    expect(() => {
      requireRoom(2 ** 50, scratch());
    }).toThrow(/needs \d+ MiB, and the disk has \d+ MiB left/);
  });
});

describe('lastErrors', () => {
  it('has what libguestfs calls an error, or else what came last', () => {
    expect(lastErrors('a\nlibguestfs: error: no operating systems were found\nb\n')).toBe(
      'libguestfs: error: no operating systems were found',
    );
    expect(lastErrors('a\nb\n')).toBe('a\nb');
  });
});
