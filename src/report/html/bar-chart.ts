import type { Comparison } from '../../bench/result.js';
import { sides, type Side } from '../../bench/measurements.js';
import { figureTitle, shortNumber, shortRange } from '../bench-text.js';
import { figure, percent, type Picture } from './figure.js';
import { html, type Html } from './html.js';

const TITLE_HEIGHT = 24;
const BAR_TEXT_HEIGHT = 18;
const BAR_HEIGHT = 14;
const BAR_STEP = BAR_TEXT_HEIGHT + BAR_HEIGHT + 4;
const GROUP_GAP = 16;
const GROUP_HEIGHT = TITLE_HEIGHT + 2 * BAR_STEP + GROUP_GAP;
/** The longest bar leaves room for the dot at its end. */
const LONGEST = 0.97;

function bar(comparison: Comparison, side: Side, top: number, scale: number): Html {
  const { unit, summaries, measurement, figure: of } = comparison;
  const { median, min, max, values } = summaries[side];
  const y = top + BAR_TEXT_HEIGHT;
  const dots = values.map(
    (value) => html`<circle class="dot" cx="${percent(value * scale)}" cy="${y + BAR_HEIGHT / 2}" r="3" />`,
  );
  return html`<text x="0" y="${y - 5}">${side}</text>
    <text x="100%" y="${y - 5}" text-anchor="end"
      >${shortNumber(median)} ${unit} <tspan class="note">(${shortRange(min, max)})</tspan></text
    >
    <rect class="track" x="0" y="${y}" width="100%" height="${BAR_HEIGHT}" rx="3" />
    <rect
      class="${side}"
      data-measurement="${measurement}"
      data-figure="${of}"
      data-side="${side}"
      data-value="${median}"
      x="0"
      y="${y}"
      width="${percent(median * scale)}"
      height="${BAR_HEIGHT}"
      rx="3"
    />
    ${dots}`;
}

function group(comparison: Comparison, index: number): Html {
  const top = index * GROUP_HEIGHT;
  const { offload, software } = comparison.summaries;
  const scale = LONGEST / Math.max(offload.max, software.max);
  const bars = sides.map((side, place) =>
    bar(comparison, side, top + TITLE_HEIGHT + place * BAR_STEP, scale),
  );
  return html`<text class="name" x="0" y="${top + 16}">${figureTitle(comparison)}</text> ${bars}`;
}

/** Both sides next to each other for each figure: the bar is the median, each dot is one run. */
export function barChart(
  comparisons: readonly Comparison[],
  options: Pick<Picture, 'id' | 'title' | 'description' | 'note'>,
): Html {
  return figure({
    ...options,
    description: `${options.description} The bar is the median, each dot is one run. Each pair is drawn to its own scale.`,
    height: comparisons.length * GROUP_HEIGHT - GROUP_GAP,
    content: comparisons.map(group),
  });
}
