import { NO_DIFFERENCE, type Comparison, type Estimate } from '../../bench/result.js';
import { figureTitle } from '../bench-text.js';
import { figure, percent, type Picture } from './figure.js';
import { html, type Html } from './html.js';

const ROW_HEIGHT = 46;
const TEXT_HEIGHT = 20;
const AXIS_HEIGHT = 26;
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
/** Room at both ends, of the width. */
const PADDING = 0.03;
/** The axis shows at least from a half to double. */
const LEAST_REACH = Math.log(2);

/** How many times better offload is: the ratio, or for latencies its inverse. */
export function timesBetter({ ratio, better }: Pick<Comparison, 'ratio' | 'better'>): Estimate {
  if (better === 'higher') return ratio;
  const turn = (value: number | null): number | null => (value === null ? null : 1 / value);
  return { value: 1 / ratio.value, low: turn(ratio.high), high: turn(ratio.low) };
}

type Scale = (value: number) => number;

/** A logarithmic axis with 1 in its middle, so that twice and half are as far from it. */
function scaleFor(estimates: readonly Estimate[]): { scale: Scale; ticks: number[] } {
  const ends = estimates.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const reach = Math.max(LEAST_REACH, ...ends.map((end) => Math.abs(Math.log(end))));
  const scale: Scale = (value) => 0.5 + ((0.5 - PADDING) * Math.log(value)) / reach;
  return { scale, ticks: TICKS.filter((tick) => Math.abs(Math.log(tick)) <= reach * 1.001) };
}

function lookOf({ verdict }: Comparison): string {
  if (verdict === NO_DIFFERENCE) return 'unclear';
  return verdict === 'offload is better' ? 'better' : 'worse';
}

function gridLine(tick: number, top: number, scale: Scale): Html {
  const x = percent(scale(tick));
  return html`<line
    class="${tick === 1 ? 'one' : 'grid'}"
    x1="${x}"
    x2="${x}"
    y1="${top + TEXT_HEIGHT}"
    y2="${top + ROW_HEIGHT - 4}"
  />`;
}

function row(comparison: Comparison, index: number, scale: Scale, ticks: readonly number[]): Html {
  const { value, low, high } = timesBetter(comparison);
  const top = index * ROW_HEIGHT;
  const y = top + TEXT_HEIGHT + 11;
  const grid = ticks.map((tick) => gridLine(tick, top, scale));
  const interval =
    low === null || high === null
      ? []
      : [
          html`<line
            class="interval"
            x1="${percent(scale(low))}"
            x2="${percent(scale(high))}"
            y1="${y}"
            y2="${y}"
          />`,
        ];
  return html`<g
    class="${lookOf(comparison)}"
    data-measurement="${comparison.measurement}"
    data-figure="${comparison.figure}"
    data-value="${value}"
  >
    <text class="name" x="0" y="${top + 14}">${figureTitle(comparison)}</text>
    <text x="100%" y="${top + 14}" text-anchor="end"
      >${value.toFixed(2)}× <tspan class="note verdict">${comparison.verdict}</tspan></text
    >
    ${grid} ${interval}<circle class="estimate" cx="${percent(scale(value))}" cy="${y}" r="5" />
  </g>`;
}

/** How many times better offload is, with the confidence interval of each figure. */
export function ratioChart(comparisons: readonly Comparison[], options: Pick<Picture, 'id' | 'note'>): Html {
  const { scale, ticks } = scaleFor(comparisons.map(timesBetter));
  const bottom = comparisons.length * ROW_HEIGHT;
  const axis = ticks.map(
    (tick) =>
      html`<text class="note" x="${percent(scale(tick))}" y="${bottom + 12}" text-anchor="middle"
        >${tick}×</text
      >`,
  );
  return figure({
    ...options,
    title: 'How many times better offload is',
    description:
      'The dot is the estimate, the line is its 95 % confidence interval. Right of 1×, offload is better. An interval that contains 1× shows no difference.',
    height: bottom + AXIS_HEIGHT,
    content: [...comparisons.map((comparison, index) => row(comparison, index, scale, ticks)), ...axis],
  });
}
