import { expect, it } from 'vitest';
import { assertionChanges } from '../../../src/checks/changes.js';
import { checkResult, testResult } from '../../support/results.js';

it('assertions of two runs are fixed, broken, new or gone', () => {
  const before = testResult([
    checkResult('traffic', [
      [true, 'a'],
      [false, 'b'],
      [true, 'same'],
      [true, 'old'],
    ]),
  ]);
  const after = testResult([
    checkResult('traffic', [
      [false, 'a'],
      [true, 'b'],
      [true, 'same'],
      [true, 'fresh'],
      [false, 'sour'],
    ]),
  ]);
  expect(
    assertionChanges(before.checks, after.checks).map(({ assertion, change }) => `${assertion}: ${change}`),
  ).toEqual(['a: broken', 'b: fixed', 'fresh: new, passes', 'sour: new, fails', 'old: gone']);
});
