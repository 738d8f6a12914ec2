import { describe, expect, it } from 'vitest';
import { benchText, shortNumber } from '../../../src/report/bench-text.js';
import { benchResult, comparisonsOf } from '../../support/bench.js';

describe('the text of a bench', () => {
  it('says on every line of a figure that it was taken under TCG', () => {
    const text = benchText(benchResult());
    const figures = text.split('\n').filter((line) => /^(TCP|UDP)_/.test(line) && line.includes(' to '));
    expect(figures).toHaveLength(6);
    for (const line of figures) expect(line).toMatch(/ TCG$/);
    expect(text).toContain('under TCG (software emulation): compare the ratios');
  });

  it('says it when no difference can be shown, and what was expected', () => {
    const text = benchText(
      benchResult({
        comparisons: comparisonsOf('tcp-stream', [100, 300, 200], [210, 90, 310]),
        expectations: [{ expectation: 'throughput>=2', met: false, found: '1.00 (0.20 to 5.00)' }],
      }),
    );
    expect(text).toContain('no difference can be shown');
    expect(text).toContain('NOT MET: throughput>=2: 1.00 (0.20 to 5.00)');
  });

  it('has a table that fits the terminal', () => {
    const rows = benchText(benchResult(), 100)
      .split('\n')
      .filter((line) => /^(TCP|UDP)_|^ {4,}/.test(line));
    expect(rows.length).toBeGreaterThan(6);
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(100);
  });

  it('has no figure when it was refused, only why', () => {
    const text = benchText(benchResult({ refusals: ['TCP_STREAM, offload: lost'], comparisons: [] }));
    expect(text).toContain('No result:\n  TCP_STREAM, offload: lost (TCG)');
    expect(text).not.toContain('RATIO');
  });

  it.each([
    [0, '0'],
    [0.0123456, '0.0123'],
    [1.2345, '1.23'],
    [12.345, '12.3'],
    [123.45, '123'],
    [12345.6, '12346'],
    [-71.26, '-71.3'],
  ])('%d is shown as %s', (value, shown) => {
    expect(shortNumber(value)).toBe(shown);
  });
});
