import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { initramfsDigest, type InitramfsContents } from '../../../src/images/micro/initramfs.js';
import type { Toolchain } from '../../../src/toolchain/types.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();

function inScratch(name: string, text: string): string {
  writeFileSync(join(scratch(), name), text);
  return join(scratch(), name);
}

interface Change {
  readonly treeDigest?: string;
  readonly kernel?: string;
  readonly module?: string;
  readonly file?: string;
  readonly contents?: Partial<InitramfsContents>;
}

function digest({ treeDigest = 't', kernel = 'k', module = 'm', file = 'f', contents = {} }: Change = {}) {
  const toolchain = {
    treeDigest,
    kernel: {
      image: inScratch('image', kernel),
      release: '7.3.4',
      modules: join(scratch(), 'none'),
      origin: 'given',
    },
  } as unknown as Toolchain;
  return initramfsDigest(
    {
      name: 'hypervisor',
      programs: ['usr/bin/socat'],
      modules: ['vdpa'],
      builtModules: [inScratch('vp_vdpa.ko', module)],
      files: [{ source: inScratch('start', file), target: 'etc/lab/start', mode: 0o755 }],
      additions: [{ digest: 'q', install: async () => Promise.resolve() }],
      ...contents,
    },
    toolchain,
  );
}

describe('the digest of an image', () => {
  it('is the same for the same contents', () => {
    expect(digest()).toBe(digest());
  });

  it.each<[string, Change]>([
    ['the tree', { treeDigest: 'u' }],
    ['the kernel', { kernel: 'l' }],
    ['the module that was built', { module: 'n' }],
    ['a file', { file: 'g' }],
    ['which programs', { contents: { programs: [] } }],
    ['which modules', { contents: { modules: ['vdpa', 'vhost'] } }],
    ['what is added, QEMU for one', { contents: { additions: [] } }],
    ['its name', { contents: { name: 'micro' } }],
  ])('changes with %s', (_, change) => {
    expect(digest(change)).not.toBe(digest());
  });
});
