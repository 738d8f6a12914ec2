import studentQuantile from '@stdlib/stats-base-dists-t-quantile';
import { mean, median, quantile, sampleStandardDeviation } from 'simple-statistics';
import { CONFIDENCE, type Estimate, type Summary } from './result.js';

/** Median, quartiles and extremes. Throws Error if there are no values. */
export function summarize(values: readonly number[]): Summary {
  const all = [...values];
  return {
    median: median(all),
    lowerQuartile: quantile(all, 0.25),
    upperQuartile: quantile(all, 0.75),
    min: Math.min(...all),
    max: Math.max(...all),
    values: all,
  };
}

/** The mean of `values` with Student's interval, which is exact for values of a normal distribution, however few. */
export function meanEstimate(values: readonly number[], confidence = CONFIDENCE): Estimate {
  const all = [...values];
  const value = mean(all);
  if (all.length < 2) return { value, low: null, high: null };
  const margin =
    (studentQuantile((1 + confidence) / 2, all.length - 1) * sampleStandardDeviation(all)) /
    Math.sqrt(all.length);
  return { value, low: value - margin, high: value + margin };
}

/** Applies an increasing function to an estimate and to the ends of its interval. */
function through(estimate: Estimate, change: (value: number) => number): Estimate {
  return {
    value: change(estimate.value),
    low: estimate.low === null ? null : change(estimate.low),
    high: estimate.high === null ? null : change(estimate.high),
  };
}

/**
 * How many times `tops` are `bottoms`, taken in pairs one right after the other, so that a slow phase of the computer affects both of a
 * pair. The geometric mean of the pairs' ratios, with Student's interval of their logarithms. All values must be above 0.
 */
export function pairedRatio(
  tops: readonly number[],
  bottoms: readonly number[],
  confidence = CONFIDENCE,
): Estimate {
  const logs = tops.map((top, index) => Math.log(top / (bottoms[index] ?? NaN)));
  return through(meanEstimate(logs, confidence), Math.exp);
}

/** By how much `tops` are above `bottoms`, taken in pairs: the mean of the pairs' differences with Student's interval. */
export function pairedDifference(
  tops: readonly number[],
  bottoms: readonly number[],
  confidence = CONFIDENCE,
): Estimate {
  return meanEstimate(
    tops.map((top, index) => top - (bottoms[index] ?? NaN)),
    confidence,
  );
}

/**
 * How many times `tops` are `bottoms` when they were taken apart from each other, such as in two runs: the ratio of their
 * geometric means, with Welch's interval of the logarithms. All values must be above 0.
 */
export function unpairedRatio(
  tops: readonly number[],
  bottoms: readonly number[],
  confidence = CONFIDENCE,
): Estimate {
  const [top, bottom] = [tops, bottoms].map((values) => values.map(Math.log)) as [number[], number[]];
  const value = Math.exp(mean(top) - mean(bottom));
  if (top.length < 2 || bottom.length < 2) return { value, low: null, high: null };
  const [first, second] = [top, bottom].map((logs) => sampleStandardDeviation(logs) ** 2 / logs.length) as [
    number,
    number,
  ];
  const variance = first + second;
  if (variance === 0) return { value, low: value, high: value };
  // Welch and Satterthwaite's degrees of freedom.
  const degrees = variance ** 2 / (first ** 2 / (top.length - 1) + second ** 2 / (bottom.length - 1));
  const margin = Math.exp(studentQuantile((1 + confidence) / 2, degrees) * Math.sqrt(variance));
  return { value, low: value / margin, high: value * margin };
}
