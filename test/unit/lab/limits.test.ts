import { describe, expect, it } from 'vitest';
import { bootLimitMs, scaledLimitMs } from '../../../src/lab/limits.js';

describe('time limits', () => {
  it('count as they are under virtualization, and five times under emulation', () => {
    expect(scaledLimitMs(1000, 'kvm')).toBe(1000);
    expect(scaledLimitMs(1000, 'tcg')).toBe(5000);
  });

  it('of a boot grow with the functions, and once more by emulation within emulation', () => {
    expect(bootLimitMs({ functions: 0, disk: false }, 'kvm')).toBe(30_000);
    expect(bootLimitMs({ functions: 4, disk: false }, 'kvm')).toBe(32_000);
    expect(bootLimitMs({ functions: 4, disk: false }, 'tcg')).toBe(160_000);
    expect(bootLimitMs({ functions: 4, disk: false }, 'tcg', true)).toBe(800_000);
  });

  it('of a boot are twice as long for a whole distribution', () => {
    expect(bootLimitMs({ functions: 0, disk: true }, 'kvm')).toBe(60_000);
    expect(bootLimitMs({ functions: 0, disk: true }, 'tcg', true)).toBe(1_500_000);
  });
});
