import { describe, expect, it } from 'vitest';
import { bootLimitMs } from '../../../src/lab/limits.js';
import { scaledLimit } from '../../../src/toolchain/emulation.js';
import type { Accelerator } from '../../../src/toolchain/types.js';
import { lab } from '../../support/definition.js';

const machines = lab({
  machines: {
    bare: {},
    outer: { nics: { pf0: { backend: 'user', vfs: 3 } } },
    inner: { on: 'outer', nics: { pf0: { backend: 'user', vfs: 3 } } },
    full: { image: 'debian-13' },
    'full-inside': { on: 'outer', image: 'debian-13' },
  },
}).machines;

function bootOf(machine: string, outside: Accelerator, inside: Accelerator = 'tcg'): number {
  const found = machines.find(({ name }) => name === machine);
  if (found === undefined) throw new Error(`no machine ${machine}`);
  return bootLimitMs(found, { outside, inside });
}

describe('time limits', () => {
  it('count as they are under virtualization, and five times under emulation', () => {
    expect(scaledLimit(1000, 'kvm')).toBe(1000);
    expect(scaledLimit(1000, 'tcg')).toBe(5000);
  });

  it('of a boot grow with the functions, and once more by emulation within emulation', () => {
    expect(bootOf('bare', 'kvm')).toBe(30_000);
    expect(bootOf('outer', 'kvm')).toBe(32_000);
    expect(bootOf('outer', 'tcg')).toBe(160_000);
    expect(bootOf('inner', 'kvm', 'kvm')).toBe(32_000);
    expect(bootOf('inner', 'kvm')).toBe(160_000);
    expect(bootOf('inner', 'tcg')).toBe(800_000);
  });

  it('of a boot are twice as long for a whole distribution', () => {
    expect(bootOf('full', 'kvm')).toBe(60_000);
    expect(bootOf('full-inside', 'tcg')).toBe(1_500_000);
  });
});
