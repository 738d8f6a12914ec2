import { describe, expect, it } from 'vitest';
import { judgeExpectation, parseExpectation } from '../../../src/bench/expectation.js';
import type { UsageError } from '../../../src/errors/families.js';
import type { Comparison, Estimate } from '../../../src/bench/result.js';
import { comparisonsOf } from '../../support/bench.js';

const clear = [
  ...comparisonsOf('tcp-stream', [820, 800, 790], [400, 405, 398]),
  ...comparisonsOf('tcp-rr', [250, 255, 260], [352, 350, 361]),
];
const swamped = comparisonsOf('tcp-stream', [820, 300, 790], [400, 405, 150]);

describe('an expectation', () => {
  it.each([
    ['throughput>=2', 'tcp-stream', 'throughput', '>=', 2, 'ratio'],
    [' latency < 0.8 ', 'tcp-rr', 'mean', '<', 0.8, 'ratio'],
    ['latency<=-100us', 'tcp-rr', 'mean', '<=', -100, 'difference'],
    ['udp-rr.p99<=20usec', 'udp-rr', 'p99', '<=', 20, 'difference'],
    ['udp-stream-64>1.5x', 'udp-stream-64', 'throughput', '>', 1.5, 'ratio'],
  ])('%j is read', (text, measurement, figure, operator, bound, of) => {
    expect(parseExpectation(text)).toEqual({ text, measurement, figure, operator, bound, of });
  });

  it.each([
    ['', 'this is not an expectation'],
    ['throughput', 'this is not an expectation'],
    ['throughput=2', 'this is not an expectation'],
    ['throughput>=two', 'this is not an expectation'],
    ['speed>=2', 'there is no measurement `speed`'],
    ['constructor>=2', 'there is no measurement `constructor`'],
    ['tcp-rr.throughput>=2', 'tcp-rr has no figure `throughput`, only mean, p50, p90, p99'],
    ['throughput<=-100us', 'throughput is not measured in microseconds'],
    ['latency<=-100', 'a ratio must be greater than 0; a difference needs its unit: us'],
  ])('%j is refused with what can be written', (text, message) => {
    expect(() => parseExpectation(text)).toThrow(message);
    try {
      parseExpectation(text);
    } catch (error) {
      expect((error as UsageError).problems[0]).toMatchObject({ code: 'LAB-BENCH-EXPECT' });
      expect((error as UsageError).problems[0].hint).toContain("'throughput>=2'");
    }
  });

  it.each([
    ['throughput>=1.9', true],
    ['throughput>=2.5', false],
    ['latency<=-80us', true],
    ['latency<1', true],
    ['latency<=-120us', false],
    ['tcp-rr.p99<0.9', true],
    ['udp-rr<1', false],
  ])('%s is met: %s', (text, met) => {
    expect(judgeExpectation(parseExpectation(text), clear).met).toBe(met);
  });

  it('is not met by luck: all of the interval has to meet it', () => {
    const { met, found } = judgeExpectation(parseExpectation('throughput>=1.5'), swamped);
    expect(met).toBe(false);
    expect(found).toContain('not shown: the interval contains values');
  });

  it('of what was not measured, or once only, is not met', () => {
    expect(judgeExpectation(parseExpectation('udp-rr<1'), clear).found).toBe('udp-rr was not measured');
    expect(
      judgeExpectation(parseExpectation('throughput>1'), comparisonsOf('tcp-stream', [2], [1])).met,
    ).toBe(false);
  });
});

describe('the verdict on an expectation', () => {
  const [template] = comparisonsOf('tcp-rr', [2, 2], [1, 1]);
  const judged = (
    text: string,
    low: number | null,
    value: number,
    high: number | null,
  ): [boolean, string] => {
    const estimate: Estimate = { value, low, high };
    const comparison = { ...template, ratio: estimate, difference: estimate } as Comparison;
    const { expectation, met, found } = judgeExpectation(parseExpectation(text), [comparison]);
    expect(expectation).toBe(text);
    return [met, found];
  };

  it.each([
    ['latency>=2', 2, true],
    ['latency>2', 2, false],
    ['latency>2', 2.01, true],
    ['latency<=3', 2, true],
    ['latency<3', 2, false],
    ['latency<3.01', 2, true],
    ['latency>=2.01', 2, false],
    ['latency<=2.99', 2, false],
  ])('%s with an interval from %d to one more: %s', (text, low, met) => {
    expect(judged(text, low, low + 0.5, low + 1)[0]).toBe(met);
  });

  it('says what was found, a difference in microseconds', () => {
    expect(judged('latency>=1', 1.234, 1.5, 2)).toEqual([true, '1.50 (1.23 to 2.00)']);
    expect(judged('latency<=-100us', -151.6, -120.4, -101)).toEqual([
      true,
      '-120 usec (-152 usec to -101 usec)',
    ]);
  });

  it('says why it is not met', () => {
    expect(judged('latency>=2', 1.5, 2.5, 3)).toEqual([
      false,
      '2.50 (1.50 to 3.00); not shown: the interval contains values that do not meet it',
    ]);
    expect(judged('latency>=2', 1, 1.5, 1.9)).toEqual([false, '1.50 (1.00 to 1.90); it does not hold']);
    expect(judged('latency>=2', null, 2.5, null)[1]).toMatch(/^2\.50 \(\? to \?\); not shown/);
  });

  it('is on the figure that it names', () => {
    const mean = { ...template, ratio: { value: 1, low: 1, high: 1 } } as Comparison;
    const p99 = { ...mean, figure: 'p99', ratio: { value: 9, low: 9, high: 9 } } as Comparison;
    expect(judgeExpectation(parseExpectation('tcp-rr.p99>5'), [mean, p99]).met).toBe(true);
    expect(judgeExpectation(parseExpectation('tcp-rr.mean>5'), [mean, p99]).met).toBe(false);
  });
});
