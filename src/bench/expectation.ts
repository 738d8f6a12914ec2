import { UsageError } from '../errors/families.js';
import { figureNames, measurementNames, type FigureName, type MeasurementName } from './measurements.js';
import type { Comparison, Estimate, ExpectationResult } from './result.js';

/** What `--expect` asks for. */
export interface Expectation {
  /** As it was written. */
  readonly text: string;
  readonly measurement: MeasurementName;
  readonly figure: FigureName;
  readonly operator: '>=' | '<=' | '>' | '<';
  readonly bound: number;
  /** `ratio`: offload divided by software; `difference`: offload minus software, in usec. */
  readonly of: 'ratio' | 'difference';
}

/** The talk's two headlines. */
const HEADLINES: Readonly<Record<string, readonly [MeasurementName, FigureName]>> = {
  throughput: ['tcp-stream', 'throughput'],
  latency: ['tcp-rr', 'mean'],
};

const WRITTEN = /^\s*([a-z0-9-]+)(?:\.([a-z0-9]+))?\s*(>=|<=|>|<)\s*([+-]?\d+(?:\.\d+)?)\s*(us|usec|x)?\s*$/;

function wrong(text: string, message: string): UsageError {
  return new UsageError({
    code: 'LAB-BENCH-EXPECT',
    message: `--expect ${JSON.stringify(text)}: ${message}`,
    hint:
      "write WHAT OPERATOR NUMBER, such as 'throughput>=2', 'tcp-rr.p99<0.8' (offload divided by software) or " +
      `'latency<=-100us' (offload minus software); WHAT is throughput, latency or one of ${measurementNames.join(', ')}`,
  });
}

function subjectOf(text: string, what: string, figure: string | undefined): [MeasurementName, FigureName] {
  const headline = Object.hasOwn(HEADLINES, what) ? HEADLINES[what] : undefined;
  const measurement = headline?.[0] ?? measurementNames.find((name) => name === what);
  if (measurement === undefined) throw wrong(text, `there is no measurement \`${what}\``);
  const latency = measurement.endsWith('-rr');
  const known = figureNames.filter((name) => (name !== 'throughput') === latency);
  const chosen =
    figure === undefined ? (latency ? 'mean' : 'throughput') : known.find((name) => name === figure);
  if (chosen === undefined)
    throw wrong(text, `${measurement} has no figure \`${figure ?? ''}\`, only ${known.join(', ')}`);
  return [measurement, chosen];
}

/** Reads `--expect`. Throws UsageError with what can be written. */
export function parseExpectation(text: string): Expectation {
  const match = WRITTEN.exec(text);
  if (match === null) throw wrong(text, 'this is not an expectation');
  const [, what = '', figureWritten, operator, number, unit] = match;
  const [measurement, figure] = subjectOf(text, what, figureWritten);
  const difference = unit === 'us' || unit === 'usec';
  if (difference && figure === 'throughput') throw wrong(text, 'throughput is not measured in microseconds');
  const bound = Number(number);
  if (!difference && bound <= 0)
    throw wrong(text, 'a ratio must be greater than 0; a difference needs its unit: us');
  return {
    text,
    measurement,
    figure,
    operator: operator as Expectation['operator'],
    bound,
    of: difference ? 'difference' : 'ratio',
  };
}

function holds({ operator, bound }: Expectation, value: number): boolean {
  if (operator === '>=') return value >= bound;
  if (operator === '<=') return value <= bound;
  return operator === '>' ? value > bound : value < bound;
}

function shown(value: number | null, of: Expectation['of']): string {
  if (value === null) return '?';
  return of === 'ratio' ? value.toFixed(2) : `${value.toFixed(0)} usec`;
}

function inWords(estimate: Estimate, of: Expectation['of']): string {
  return `${shown(estimate.value, of)} (${shown(estimate.low, of)} to ${shown(estimate.high, of)})`;
}

/** An expectation is met if the whole confidence interval meets it: then it is shown, not just luck. */
export function judgeExpectation(
  expectation: Expectation,
  comparisons: readonly Comparison[],
): ExpectationResult {
  const { text, measurement, figure, of } = expectation;
  const found = comparisons.find((one) => one.measurement === measurement && one.figure === figure);
  if (found === undefined) return { expectation: text, met: false, found: `${measurement} was not measured` };
  const estimate = found[of];
  const ends = [estimate.low, estimate.high];
  const met = ends.every((end) => end !== null && holds(expectation, end));
  if (met) return { expectation: text, met, found: inWords(estimate, of) };
  const lucky = holds(expectation, estimate.value)
    ? 'not shown: the interval contains values that do not meet it'
    : 'it does not hold';
  return { expectation: text, met, found: `${inWords(estimate, of)}; ${lucky}` };
}
