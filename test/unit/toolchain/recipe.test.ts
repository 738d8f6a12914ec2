import { describe, expect, it } from 'vitest';
import { aptPreferences, aptSources, recipeDigest, recipeFor } from '../../../src/toolchain/recipe.js';

const withQemu = recipeFor({ kernelFlavour: 'cloud', withQemu: true });

describe('the recipe', () => {
  it('has one folder for each kernel flavour, with and without QEMU', () => {
    const recipes = (['cloud', 'generic'] as const).flatMap((kernelFlavour) =>
      [true, false].map((qemu) => recipeFor({ kernelFlavour, withQemu: qemu })),
    );
    expect(new Set(recipes.map(recipeDigest)).size).toBe(4);
    expect(recipeDigest(recipeFor({ kernelFlavour: 'cloud', withQemu: true }))).toBe(recipeDigest(withQemu));
  });

  it('leaves QEMU out when another is used', () => {
    expect(withQemu.packages).toContain('qemu-system-x86');
    expect(recipeFor({ kernelFlavour: 'cloud', withQemu: false }).packages).not.toContain('qemu-system-x86');
  });

  it('brings what manages NVMe only with the kernel that has its driver', () => {
    expect(recipeFor({ kernelFlavour: 'generic', withQemu: true }).packages).toContain('nvme-cli');
    expect(withQemu.packages).not.toContain('nvme-cli');
  });

  it('allows netperf and nothing else from non-free, and prefers backports', () => {
    expect(aptPreferences(withQemu)).toBe(
      [
        'Package: *\nPin: release n=trixie-backports\nPin-Priority: 600\n',
        'Package: netperf\nPin: release c=non-free\nPin-Priority: 500\n',
        'Package: *\nPin: release c=non-free\nPin-Priority: -1\n',
      ].join('\n'),
    );
  });

  it('checks every source with the keyring', () => {
    const sources = aptSources(withQemu, 'http://mirror.example/debian', '/keys.gpg');
    expect(sources).toHaveLength(2);
    for (const source of sources)
      expect(source).toMatch(/^deb \[signed-by=\/keys\.gpg\] http:\/\/mirror\.example\/debian trixie/);
  });
});
