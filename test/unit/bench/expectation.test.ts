import { describe, expect, it } from 'vitest';
import { judgeExpectation, parseExpectation } from '../../../src/bench/expectation.js';
import type { UsageError } from '../../../src/errors/families.js';
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
