import { expect, it } from 'vitest';
import { isNewEnough } from '../../../src/toolchain/go.js';

it.each(['go1.24.2', 'go1.24.4', 'go1.26', 'go1.26.8', 'go2.0'])('%s serves', (version) => {
  expect(isNewEnough(version)).toBe(true);
});

it.each(['go1.24.1', 'go1.24', 'go1.19.8', 'devel', ''])('%s does not', (version) => {
  expect(isNewEnough(version)).toBe(false);
});
