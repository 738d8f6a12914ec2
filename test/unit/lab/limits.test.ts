import { describe, expect, it } from 'vitest';
import { bootLimitMs } from '../../../src/lab/limits.js';
import { scaledLimit } from '../../../src/toolchain/emulation.js';

describe('time limits', () => {
  it('count as they are under virtualization, and five times under emulation', () => {
    expect(scaledLimit(1000, 'kvm')).toBe(1000);
    expect(scaledLimit(1000, 'tcg')).toBe(5000);
  });

  it('of a boot grow with the functions, and once more by emulation within emulation', () => {
    expect(bootLimitMs(0, 'kvm')).toBe(30_000);
    expect(bootLimitMs(4, 'kvm')).toBe(32_000);
    expect(bootLimitMs(4, 'tcg')).toBe(160_000);
    expect(bootLimitMs(4, 'tcg', true)).toBe(800_000);
  });
});
