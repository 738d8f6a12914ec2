import { expect, it } from 'vitest';
import { digest } from '../../../src/model/digest.js';

it('digest is SHA-256 in hex, of a text as of its UTF-8 bytes', () => {
  expect(digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(digest(Buffer.from('grün'))).toBe(digest('grün'));
});
