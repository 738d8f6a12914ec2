import { afterEach, describe, expect, it, vi } from 'vitest';
import { rockySource } from '../../../src/images/disk/rocky.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('rockySource', () => {
  it('names dated images with their checksums', () => {
    for (const base of ['rocky-9', 'rocky-10']) {
      const source = rockySource(base);
      expect(source?.url).toMatch(
        /^https:\/\/.*\/(\d+\.\d+)\/images\/x86_64\/Rocky-\d+-GenericCloud-Base-\1-20\d{6}\.\d\.x86_64\.qcow2$/,
      );
      expect(source?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(rockySource('debian-13')).toBeUndefined();
  });

  it('takes them from the mirror that the user names', () => {
    vi.stubEnv('LAB_ROCKY_MIRROR', 'http://mirror.example/rocky/');
    expect(rockySource('rocky-9')?.url).toMatch(/^http:\/\/mirror\.example\/rocky\/9\.\d+\/images\//);
    vi.stubEnv('LAB_ROCKY_MIRROR', 'mirror.example');
    expect(() => rockySource('rocky-9')).toThrow('not the address of a mirror');
  });
});
