import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, isErrorCode } from '../../../src/errors/codes.js';

describe('error codes', () => {
  it('are the rows of the tables in docs/errors.md, in the same order', () => {
    const rows = readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(LAB-[A-Z-]+)` \|/gm);
    expect([...rows].map(([, code]) => code)).toEqual([...errorCodes]);
  });

  it('are told from other text', () => {
    expect(isErrorCode('LAB-HOST-PF')).toBe(true);
    expect(isErrorCode('LAB-HOST-')).toBe(false);
  });
});
