import { describe, expect, it } from 'vitest';
import { rockySource } from '../../../src/images/disk/rocky.js';

describe('rockySource', () => {
  it('names dated images with their checksums', () => {
    for (const base of ['rocky-9', 'rocky-10']) {
      const source = rockySource(base, undefined);
      expect(source?.url).toMatch(
        /^https:\/\/.*\/(\d+\.\d+)\/images\/x86_64\/Rocky-\d+-GenericCloud-Base-\1-20\d{6}\.\d\.x86_64\.qcow2$/,
      );
      expect(source?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(rockySource('debian-13', undefined)).toBeUndefined();
  });

  it('takes them from the mirror that the user names', () => {
    expect(rockySource('rocky-9', 'http://mirror.example/rocky/')?.url).toMatch(
      /^http:\/\/mirror\.example\/rocky\/9\.\d+\/images\//,
    );
    expect(() => rockySource('rocky-9', 'mirror.example')).toThrow('not the URL of a mirror');
  });
});
