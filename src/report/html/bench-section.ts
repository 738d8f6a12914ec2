import { NO_DIFFERENCE, type Comparison, type Summary, type Verdict } from '../../bench/result.js';
import type { BenchResult } from '../../results/run.js';
import { accelerationNote, figureTitle, shortNumber, shortRange } from '../bench-text.js';
import { barChart } from './bar-chart.js';
import { html, nothing, type Html } from './html.js';
import { badge, scrolling, type Tone } from './parts.js';
import { ratioChart } from './ratio-chart.js';

function toneOf(verdict: Verdict): Tone {
  if (verdict === NO_DIFFERENCE) return 'calm';
  return verdict === 'offload is better' ? 'good' : 'bad';
}

/** The note in every picture: under which acceleration its figures were taken. */
function pictureNote({ circumstances }: BenchResult): string {
  return circumstances.accelerator === 'tcg'
    ? 'TCG: software emulation. Compare, do not quote.'
    : circumstances.accelerator.toUpperCase();
}

function tile(title: string, value: string, comparison: Comparison, interval: string): Html {
  return html`<div class="tile">
    <p class="soft">${title}</p>
    <p class="value">${value}</p>
    <p class="soft">${interval}</p>
    <p>${badge(comparison.verdict, toneOf(comparison.verdict))}</p>
  </div>`;
}

/** The talk's two headlines. */
function tiles({ comparisons }: BenchResult): Html {
  const throughput = comparisons.find(({ measurement }) => measurement === 'tcp-stream');
  const latency = comparisons.find(
    ({ measurement, figure }) => measurement === 'tcp-rr' && figure === 'mean',
  );
  const shown: Html[] = [];
  if (throughput !== undefined) {
    const { ratio } = throughput;
    shown.push(
      tile(
        'TCP throughput, offload : software',
        `${ratio.value.toFixed(2)}×`,
        throughput,
        `95 %: ${shortRange(ratio.low, ratio.high)}`,
      ),
    );
  }
  if (latency !== undefined) {
    const { value, low, high } = latency.difference;
    shown.push(
      tile(
        'TCP latency, offload minus software',
        `${value < 0 ? '−' : '+'}${shortNumber(Math.abs(value))} µs`,
        latency,
        `95 %: ${shortRange(low, high)} µs`,
      ),
    );
  }
  return shown.length === 0 ? nothing : html`<div class="tiles">${shown}</div>`;
}

interface Chart {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly shows: (comparison: Comparison) => boolean;
}

/** The talk's two figures, the second for each protocol. */
const CHARTS: readonly Chart[] = [
  {
    name: 'throughput',
    title: 'Throughput',
    description: 'What arrives at the far end. Higher is better.',
    shows: ({ figure }) => figure === 'throughput',
  },
  ...(['tcp-rr', 'udp-rr'] as const).map((name) => ({
    name,
    title: `Latency, ${name.slice(0, 3).toUpperCase()}`,
    description: 'From a request of 1 byte to its answer. Lower is better.',
    shows: ({ measurement }: Comparison) => measurement === name,
  })),
];

function charts(result: BenchResult, prefix: string): Html {
  const note = pictureNote(result);
  const drawn = CHARTS.flatMap(({ name, title, description, shows }) => {
    const shown = result.comparisons.filter(shows);
    if (shown.length === 0) return [];
    return [barChart(shown, { id: `${prefix}-${name}`, title, description, note })];
  });
  return html`${ratioChart(result.comparisons, { id: `${prefix}-ratios`, note })}
    <div class="charts">${drawn}</div>`;
}

function cell({ median, min, max }: Summary): Html {
  return html`<td class="number">${shortNumber(median)}<small>${shortRange(min, max)}</small></td>`;
}

function losses({ lossPercent, retransmitPercent }: Comparison): string {
  const [offload, software] =
    lossPercent.offload === null
      ? [retransmitPercent.offload, retransmitPercent.software]
      : [lossPercent.offload, lossPercent.software];
  return offload === null || software === null ? '–' : `${offload.toFixed(2)} / ${software.toFixed(2)} %`;
}

function row(comparison: Comparison, accelerator: string): Html {
  const { summaries, ratio, unit, verdict } = comparison;
  return html`<tr>
    <th scope="row">${figureTitle(comparison)}</th>
    <td>${unit}</td>
    ${cell(summaries.offload)}${cell(summaries.software)}
    <td class="number">${ratio.value.toFixed(2)}<small>${shortRange(ratio.low, ratio.high)}</small></td>
    <td>${badge(verdict, toneOf(verdict))}</td>
    <td class="number">${losses(comparison)}</td>
    <td>${accelerator.toUpperCase()}</td>
  </tr>`;
}

function figuresTable({ comparisons, circumstances }: BenchResult, name: string): Html {
  return scrolling(
    `Figures of ${name}`,
    html`<table>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Unit</th>
          <th scope="col" class="number">Offload</th>
          <th scope="col" class="number">Software</th>
          <th scope="col" class="number">Ratio</th>
          <th scope="col">Verdict</th>
          <th scope="col" class="number">Lost / retransmitted</th>
          <th scope="col">Under</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map((comparison) => row(comparison, circumstances.accelerator))}
      </tbody>
    </table>`,
  );
}

function pathCard({ path }: BenchResult, name: string): Html {
  if (path.evidence.length === 0) return nothing;
  const rows = path.evidence.map(
    ({ side, payloadBytes, ownBytes, otherBytes }) =>
      html`<tr>
        <th scope="row">${side}</th>
        <td>${path.places[side]}</td>
        <td class="number">${payloadBytes}</td>
        <td class="number">${ownBytes}</td>
        <td class="number">${otherBytes}</td>
      </tr>`,
  );
  return html`<div class="card">
    <h3>The path, counted outside the machine</h3>
    <p class="soft">
      While one side is measured, the counter on its path must see the payload, and the counter on the other
      path next to nothing.
    </p>
    ${scrolling(
      `Path of ${name}`,
      html`<table>
        <thead>
          <tr>
            <th scope="col">Side</th>
            <th scope="col">Path</th>
            <th scope="col" class="number">Payload, bytes</th>
            <th scope="col" class="number">Counted on this path</th>
            <th scope="col" class="number">On the other path</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}
  </div>`;
}

function expectationList({ expectations }: BenchResult): Html {
  if (expectations.length === 0) return nothing;
  const items = expectations.map(
    ({ expectation, met, found }) =>
      html`<li class="${met ? 'ok' : 'failed'}">
        ${expectation}: ${met ? 'met' : 'not met'}; found ${found}
      </li>`,
  );
  return html`<h4>Expectations</h4>
    <ul class="assertions">
      ${items}
    </ul>`;
}

/** The results of a bench; every id in it begins with `prefix`. */
export function benchSection(result: BenchResult, prefix: string): Html {
  const { circumstances, settings, refusals } = result;
  if (refusals.length > 0) {
    return html`<div class="notice bad">
        <strong>No result: the bench refused it.</strong>
        <ul>
          ${refusals.map((refusal) => html`<li>${refusal}</li>`)}
        </ul>
      </div>
      ${pathCard(result, result.id)}`;
  }
  const emulated = circumstances.accelerator === 'tcg';
  return html`${emulated ? html`<p class="notice">Under ${accelerationNote(circumstances.accelerator)}.</p>` : nothing}
    ${tiles(result)} ${charts(result, prefix)}
    <div class="card">
      <h3>Figures</h3>
      <p class="soft">
        Medians of ${settings.runs} runs of ${settings.seconds} s each, offload and software alternating,
        after ${settings.warmUps} warm-up. Below each median: minimum and maximum. Ratio: offload divided by
        software, with its ${100 * settings.confidence} % confidence interval.
      </p>
      ${figuresTable(result, result.id)} ${expectationList(result)}
    </div>
    ${pathCard(result, result.id)}`;
}
