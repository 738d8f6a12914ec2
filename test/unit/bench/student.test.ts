import { describe, expect, it } from 'vitest';
import { studentProbability, studentQuantile } from '../../../src/bench/student.js';

// Two-sided critical values as printed in tables of the t distribution (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
const PRINTED: readonly (readonly [degrees: number, probability: number, t: number])[] = [
  [1, 0.975, 12.706],
  [2, 0.975, 4.303],
  [3, 0.95, 2.353],
  [4, 0.995, 4.604],
  [6, 0.975, 2.447],
  [10, 0.9, 1.372],
  [19, 0.975, 2.093],
  [30, 0.999, 3.385],
  [100, 0.975, 1.984],
];

describe('Student’s t', () => {
  it.each(PRINTED)('with %d degrees of freedom stays below the printed quantile with %d', (degrees, p, t) => {
    expect(studentQuantile(p, degrees)).toBeCloseTo(t, 3);
    expect(studentProbability(t, degrees)).toBeCloseTo(p, 3);
  });

  it('with many degrees of freedom is the normal distribution', () => {
    expect(studentQuantile(0.975, 1e6)).toBeCloseTo(1.959964, 4);
  });

  it('with one degree of freedom is Cauchy’s, whose quantiles are tangents', () => {
    for (const p of [0.6, 0.75, 0.9, 0.99])
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 6);
  });

  it('is symmetric, and takes fractions of degrees as Welch has them', () => {
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(studentQuantile(0.1, 3.7)).toBeCloseTo(-studentQuantile(0.9, 3.7), 9);
    expect(studentProbability(studentQuantile(0.8, 2.5), 2.5)).toBeCloseTo(0.8, 9);
  });
});
