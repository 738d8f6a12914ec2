import studentQuantile from '@stdlib/stats-base-dists-t-quantile';
import { describe, expect, it } from 'vitest';

// Intervals of earlier results must stay what they were, whoever computes the quantile.
describe('Student’s t', () => {
  it.each([
    // Two-sided critical values as printed in tables of the t distribution (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
    [1, 0.975, 12.706],
    [2, 0.975, 4.303],
    [3, 0.95, 2.353],
    [4, 0.995, 4.604],
    [6, 0.975, 2.447],
    [10, 0.9, 1.372],
    [19, 0.975, 2.093],
    [30, 0.999, 3.385],
    [100, 0.975, 1.984],
  ])('with %d degrees of freedom stays below the printed quantile with %d', (degrees, p, t) => {
    expect(studentQuantile(p, degrees)).toBeCloseTo(t, 3);
  });

  it.each([
    [1, 0.9995, 636.6192487687883],
    [2, 0.975, 4.302652729749022],
    [2.5, 0.8, 1.0101638747228927],
    [3.7, 0.975, 2.8675207071919213],
    [6, 0.975, 2.4469118511455044],
    [8.25, 0.975, 2.293897208374869],
    [19, 0.95, 1.72913281152199],
    [99, 0.975, 1.98421695158605],
    [10_000, 0.975, 1.960201239892441],
  ])('with %d degrees and probability %d is what lab’s own function found before', (degrees, p, t) => {
    expect(studentQuantile(p, degrees)).toBeCloseTo(t, 10);
  });

  it('with one degree of freedom is Cauchy’s, whose quantiles are tangents', () => {
    for (const p of [0.6, 0.75, 0.9, 0.99])
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 10);
  });
});
