import { describe, expect, it } from 'vitest';
import {
  meanEstimate,
  pairedDifference,
  pairedRatio,
  summarize,
  unpairedRatio,
} from '../../../src/bench/statistics.js';
import type { Estimate } from '../../../src/bench/result.js';
import { randomNumbers } from '../../support/random.js';

const EXPERIMENTS = 4000;

/** Numbers of the standard normal distribution (Box and Muller). */
function normalNumbers(seed: number): () => number {
  const next = randomNumbers(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** How often an interval of a thousand holds the true value. */
function coverage(truth: number, estimate: () => Estimate): number {
  let held = 0;
  for (let experiment = 0; experiment < EXPERIMENTS; experiment += 1) {
    const { low, high } = estimate();
    if (low !== null && high !== null && low <= truth && truth <= high) held += 1;
  }
  return held / EXPERIMENTS;
}

function list(length: number, make: (index: number) => number): number[] {
  return Array.from({ length }, (_, index) => make(index));
}

describe('the interval', () => {
  it.each([3, 7, 20])('of a mean of %d normal values holds the true one 95 times of 100', (n) => {
    const normal = normalNumbers(200 + n);
    const held = coverage(10, () => meanEstimate(list(n, () => 10 + 3 * normal())));
    expect(held).toBeGreaterThan(0.94);
    expect(held).toBeLessThan(0.96);
  });

  it.each([3, 7])('of a ratio of %d pairs does so though both of a pair are slowed down alike', (n) => {
    const normal = normalNumbers(100 + n);
    const held = coverage(1.7, () => {
      const slow = list(n, () => Math.exp(0.5 * normal()));
      const tops = slow.map((factor) => 1.7 * factor * Math.exp(0.1 * normal()));
      return pairedRatio(
        tops,
        slow.map((factor) => factor * Math.exp(0.1 * normal())),
      );
    });
    expect(held).toBeGreaterThan(0.94);
    expect(held).toBeLessThan(0.96);
  });

  it('of a difference of pairs does so', () => {
    const normal = normalNumbers(5);
    const held = coverage(-100, () => {
      const bottoms = list(5, () => 400 + 50 * normal());
      return pairedDifference(
        bottoms.map((value) => value - 100 + 10 * normal()),
        bottoms,
      );
    });
    expect(held).toBeGreaterThan(0.94);
    expect(held).toBeLessThan(0.96);
  });

  it('of the ratio of two runs does so, with unlike spreads and numbers', () => {
    const normal = normalNumbers(9);
    const held = coverage(2, () =>
      unpairedRatio(
        list(5, () => 2 * Math.exp(0.3 * normal())),
        list(9, () => Math.exp(0.05 * normal())),
      ),
    );
    expect(held).toBeGreaterThan(0.935);
    expect(held).toBeLessThan(0.965);
  });

  it('says a difference where there is none in 5 of 100 experiments', () => {
    const normal = normalNumbers(11);
    const wrong =
      1 -
      coverage(1, () =>
        pairedRatio(
          list(3, () => Math.exp(normal())),
          list(3, () => Math.exp(normal())),
        ),
      );
    expect(wrong).toBeGreaterThan(0.04);
    expect(wrong).toBeLessThan(0.06);
  });

  it('is missing with one value, and a point when all are alike', () => {
    expect(pairedRatio([3], [2])).toEqual({ value: 1.5, low: null, high: null });
    expect(unpairedRatio([4, 4], [2])).toEqual({ value: 2, low: null, high: null });
    const same = pairedRatio([4, 4, 4], [2, 2, 2]);
    for (const end of [same.value, same.low, same.high]) expect(end).toBeCloseTo(2, 9);
    expect(unpairedRatio([4, 4], [2, 2]).low).toBeCloseTo(2, 9);
  });

  it('of the ratio of two runs is Welch’s, worked out by hand', () => {
    // Logarithms 1, 2, 3 and 0, 0.5, 1, 1.5: variances of the means 1/3 and 5/48, 3.2348 degrees of freedom, t = 3.0557.
    const tops = [1, 2, 3].map(Math.exp);
    const bottoms = [0, 0.5, 1, 1.5].map(Math.exp);
    const { value, low, high } = unpairedRatio(tops, bottoms);
    expect(Math.log(value)).toBeCloseTo(1.25, 9);
    expect(Math.log(high ?? NaN) - 1.25).toBeCloseTo(2.02116, 4);
    expect(1.25 - Math.log(low ?? NaN)).toBeCloseTo(2.02116, 4);
    expect(unpairedRatio([4], [2, 2])).toEqual({ value: 2, low: null, high: null });
  });

  it('is narrower the less sure it has to be', () => {
    const values = [1, 2, 3, 4, 5];
    const half = meanEstimate(values, 0.5);
    // t(4) = 0.7407 for half of the probability.
    expect((half.high ?? NaN) - half.value).toBeCloseTo((0.7407 * Math.sqrt(2.5)) / Math.sqrt(5), 3);
    const [sure, unsure] = [0.99, 0.5].map((confidence) => unpairedRatio(values, [2, 3, 4], confidence)) as [
      Estimate,
      Estimate,
    ];
    expect(sure.high).toBeGreaterThan(unsure.high ?? NaN);
    expect(pairedDifference([3, 5], [1, 2], 0.5).value).toBe(2.5);
    expect(pairedRatio([3, 5], [1, 2], 0.5).high).toBeLessThan(pairedRatio([3, 5], [1, 2]).high ?? NaN);
  });

  it('of the mean is the one that a textbook works out', () => {
    // 5 values, mean 3, standard deviation 1.5811, t(4) = 2.7764: 3 plus or minus 1.9632.
    const { value, low, high } = meanEstimate([1, 2, 3, 4, 5]);
    expect([value, low ?? NaN, high ?? NaN].map((x) => x.toFixed(4))).toEqual(['3.0000', '1.0368', '4.9632']);
  });
});

describe('the summary', () => {
  it('has the known quantiles, and the values in their order', () => {
    expect(summarize([5, 1, 4, 2, 3])).toEqual({
      median: 3,
      lowerQuartile: 2,
      upperQuartile: 4,
      min: 1,
      max: 5,
      values: [5, 1, 4, 2, 3],
    });
    expect(summarize([4, 1]).median).toBe(2.5);
  });

  it('leaves what it is given as it was', () => {
    const values = Object.freeze([3, 1, 2]);
    summarize(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
