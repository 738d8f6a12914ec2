import type { Comparison, Estimate, Summary } from '../bench/result.js';
import { printable } from '../errors/printable.js';
import type { BenchResult } from '../results/run.js';
import { table } from './table.js';

const HEAD = ['FIGURE', 'UNIT', 'OFFLOAD', '', 'SOFTWARE', '', 'RATIO', '95 % INTERVAL', 'VERDICT', 'UNDER'];

/** Three significant digits, or all of a whole number that has more. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

/** The ends of an interval or a spread. */
export function shortRange(low: number | null, high: number | null): string {
  return low === null || high === null ? 'too few runs' : `${shortNumber(low)} to ${shortNumber(high)}`;
}

export function figureTitle({ title, figure }: Pick<Comparison, 'title' | 'figure'>): string {
  return figure === 'throughput' ? title : `${title} ${figure}`;
}

/** The accelerator, and what figures taken under it are worth. */
export function accelerationNote(accelerator: string): string {
  return accelerator === 'tcg'
    ? 'TCG (software emulation): compare the ratios; the figures say nothing about hardware performance'
    : accelerator.toUpperCase();
}

function spread({ median, min, max }: Summary): [string, string] {
  return [shortNumber(median), `(${shortRange(min, max)})`];
}

function interval({ low, high }: Estimate): string {
  return shortRange(low, high);
}

function row(comparison: Comparison, accelerator: string): string[] {
  const { summaries, ratio, unit, verdict } = comparison;
  return [
    figureTitle(comparison),
    unit,
    ...spread(summaries.offload),
    ...spread(summaries.software),
    ratio.value.toFixed(2),
    interval(ratio),
    verdict,
    accelerator.toUpperCase(),
  ];
}

function remarks({ comparisons }: BenchResult): string[] {
  const shown = new Map(comparisons.map((comparison) => [comparison.measurement, comparison]));
  return [...shown.values()].flatMap(({ title, lossPercent, retransmitPercent }) => {
    const part = (words: string, offload: number | null, software: number | null): string[] =>
      offload === null || software === null || Math.max(offload, software) < 0.005
        ? []
        : [
            `${title}: ${words} ${offload.toFixed(2)} % on the offload side, ${software.toFixed(2)} % on the software side`,
          ];
    return [
      ...part('datagrams lost:', lossPercent.offload, lossPercent.software),
      ...part('segments retransmitted:', retransmitPercent.offload, retransmitPercent.software),
    ];
  });
}

function circumstanceLines({ circumstances, settings }: BenchResult): string[] {
  const { computer, qemu, kernel, accelerator, accelerationReason } = circumstances;
  const { begin, end } = computer.load;
  return [
    `${settings.runs} runs of ${settings.seconds} s on each side, alternating, after ${settings.warmUps} warm-up; medians (minimum to maximum)`,
    `QEMU ${qemu}, kernel ${kernel}, ${accelerator.toUpperCase()}: ${accelerationReason}`,
    `${computer.cpu}, ${computer.processors} processors, load ${begin.toFixed(2)} before, ${end.toFixed(2)} after`,
  ];
}

function pathLines({ path, comparisons }: BenchResult): string[] {
  if (comparisons.length === 0) return [];
  return path.evidence.map(
    ({ side, payloadBytes, ownBytes, otherBytes }) =>
      `path of ${side}: ${path.places[side]} counted ${ownBytes} bytes for a payload of ${payloadBytes}, the other path ${otherBytes}`,
  );
}

/** What `lab bench` prints; its table fits the width. */
export function benchText(result: BenchResult, width?: number): string {
  const { lab, circumstances, comparisons, refusals, expectations, id } = result;
  const rows = comparisons.map((comparison) => row(comparison, circumstances.accelerator));
  const lines = [
    `${lab}: offload versus software, under ${accelerationNote(circumstances.accelerator)}`,
    '',
    ...(refusals.length > 0
      ? [
          'No result:',
          ...refusals.map((refusal) => `  ${refusal} (${circumstances.accelerator.toUpperCase()})`),
        ]
      : table([HEAD, ...rows], width)),
    '',
    ...remarks(result),
    ...pathLines(result),
    ...circumstanceLines(result),
    ...expectations.map(
      ({ expectation, met, found }) => `${met ? 'met' : 'NOT MET'}: ${expectation}: ${found}`,
    ),
    `kept as ${id}`,
    '',
  ];
  return lines.map(printable).join('\n');
}
