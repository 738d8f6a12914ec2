import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digest } from '../../../src/model/digest.js';
import { silentTask } from '../../../src/model/task.js';
import {
  findModule,
  releaseOfModule,
  writeRecord,
} from '../../../src/toolchain/module-build/built-module.js';
import { kernelHas, kernelModule } from '../../../src/toolchain/module-build/kernel-module.js';
import { vpVdpa } from '../../../src/toolchain/module-build/sources.js';
import { aptPreferences, aptSources, moduleBuildRecipe } from '../../../src/toolchain/recipe.js';
import type { KernelTool, Toolchain } from '../../../src/toolchain/types.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const RELEASE = '7.3.4+deb13-cloud-amd64';

function kernel(lists: Readonly<Record<string, string>>, origin: KernelTool['origin'] = 'given'): KernelTool {
  for (const [name, text] of Object.entries(lists)) writeFileSync(join(scratch(), name), text);
  return { image: '/boot/vmlinuz', release: RELEASE, modules: scratch(), origin };
}

describe('whether a kernel has a module', () => {
  it.each([
    [
      'depmod lists it',
      { 'modules.dep': 'kernel/drivers/vdpa/virtio_pci/vp_vdpa.ko.xz: kernel/a.ko\n' },
      true,
    ],
    ['modules_install lists it', { 'modules.order': 'kernel/drivers/vdpa/virtio_pci/vp_vdpa.ko\n' }, true],
    [
      'it was built as a part of it',
      { 'modules.builtin': 'kernel/drivers/vdpa/virtio_pci/vp_vdpa.ko\n' },
      true,
    ],
    ['its file has a dash', { 'modules.dep': 'kernel/vp-vdpa.ko.zst:\n' }, true],
    ['it lists nothing: all is taken to be built in', { 'modules.builtin': '' }, true],
    ['it lists others', { 'modules.dep': 'kernel/vhost_vdpa.ko:\n', 'modules.builtin': 'a.ko\n' }, false],
    ['only another needs it', { 'modules.dep': 'kernel/xvp_vdpa.ko: kernel/b.ko\n' }, false],
  ])('is told when %s', (_, lists, answer) => {
    expect(kernelHas(kernel(lists as Record<string, string>), 'vp_vdpa')).toBe(answer);
  });
});

describe('a module for a developer’s own kernel', () => {
  async function ask(lists: Record<string, string>): Promise<string | undefined> {
    const toolchain = { kernel: kernel(lists), packages: {}, tree: '/nowhere/tree' } as unknown as Toolchain;
    return kernelModule(vpVdpa, { toolchain, mirror: undefined, keyring: undefined }, silentTask());
  }

  it('is not built when the kernel has it', async () => {
    expect(await ask({ 'modules.order': 'kernel/vp_vdpa.ko\n' })).toBeUndefined();
  });

  it('is an error with the option to set when it has not', async () => {
    await expect(ask({ 'modules.order': 'kernel/vdpa.ko\n' })).rejects.toMatchObject({
      code: 'LAB-TOOLCHAIN-MODULE-MISSING',
      problems: [{ hint: expect.stringContaining('CONFIG_VP_VDPA=m') as string }],
    });
  });
});

describe('a built module', () => {
  function built(vermagic: string, change: { key?: string; digest?: string } = {}): string {
    const folder = join(scratch(), 'vp_vdpa-1');
    mkdirSync(folder);
    const file = join(folder, 'vp_vdpa.ko');
    writeFileSync(file, `\x7fELF\0license=GPL\0vermagic=${vermagic} SMP preempt mod_unload \0`);
    const record = {
      key: 'k',
      release: RELEASE,
      made: '',
      mirror: '',
      packages: {},
      digest: digest(readFileSync(file)),
    };
    writeRecord(folder, { ...record, ...change });
    return folder;
  }
  const find = (folder: string) => findModule(folder, 'vp_vdpa.ko', 'k', RELEASE);

  it('is found again', () => {
    const folder = built(RELEASE);
    expect(find(folder)).toBe(join(folder, 'vp_vdpa.ko'));
    expect(releaseOfModule(join(folder, 'vp_vdpa.ko'))).toBe(RELEASE);
  });

  it('is not taken when it is for another kernel', () => {
    expect(find(built('7.3.5+deb13-cloud-amd64'))).toBeUndefined();
  });

  it('is not taken when it was built from something else, or is damaged', () => {
    const folder = built(RELEASE, { key: 'other' });
    expect(find(folder)).toBeUndefined();
    writeFileSync(join(folder, 'vp_vdpa.ko'), 'vermagic=');
    expect(find(folder)).toBeUndefined();
    expect(find(join(scratch(), 'nowhere'))).toBeUndefined();
  });
});

describe('the recipe of a module', () => {
  it('has the headers of exactly this kernel and its source, and nothing that is not free', () => {
    const recipe = moduleBuildRecipe(RELEASE, { linuxSource: true });
    expect(recipe.packages).toContain(`linux-headers-${RELEASE}`);
    expect(recipe.packages).toContain('linux-source-7.3');
    expect(aptPreferences(recipe)).not.toContain('Pin-Priority: 500');
    expect(aptSources(recipe, 'http://mirror.example/debian', '/keys.gpg')).toHaveLength(2);
  });

  it('goes without Linux’s source for a module of lab’s own', () => {
    const { packages } = moduleBuildRecipe(RELEASE, { linuxSource: false });
    expect(packages).toContain(`linux-headers-${RELEASE}`);
    expect(packages.filter((name) => name.startsWith('linux-source'))).toEqual([]);
  });
});
