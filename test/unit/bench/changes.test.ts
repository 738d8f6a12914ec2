import { expect, it } from 'vitest';
import { figureChanges } from '../../../src/bench/changes.js';
import { assertionChanges } from '../../../src/checks/changes.js';
import { benchResult, comparisonsOf } from '../../support/bench.js';
import { checkResult, testResult } from '../../support/results.js';

it('figures of two runs are better, worse, or not to be told apart', () => {
  const before = benchResult({ comparisons: comparisonsOf('tcp-rr', [250, 255, 260], [352, 350, 361]) });
  const after = benchResult({
    comparisons: [
      ...comparisonsOf('tcp-rr', [200, 205, 210], [452, 450, 461]),
      ...comparisonsOf('udp-rr', [1, 1, 1], [1, 1, 1]),
    ],
  });
  const changes = figureChanges(before.comparisons, after.comparisons);
  expect(
    changes.filter(({ figure }) => figure === 'mean').map(({ side, verdict }) => [side, verdict]),
  ).toEqual([
    ['offload', 'better'],
    ['software', 'worse'],
  ]);
  expect(
    figureChanges(before.comparisons, before.comparisons).every(
      ({ verdict }) => verdict === 'no difference can be shown',
    ),
  ).toBe(true);
  expect(changes.some(({ measurement }) => measurement === 'udp-rr')).toBe(false);
});

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
