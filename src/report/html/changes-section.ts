import { figureChanges, type FigureChange } from '../../bench/changes.js';
import { assertionChanges, type AssertionChange } from '../../checks/changes.js';
import type { BenchResult, Run, TestResult } from '../../results/run.js';
import { figureTitle, shortNumber, shortRange } from '../bench-text.js';
import { html, type Html } from './html.js';
import { badge, scrolling, type Tone } from './parts.js';

function assertionTone(change: AssertionChange['change']): Tone {
  if (change === 'fixed' || change === 'new, passes') return 'good';
  return change === 'gone' ? 'warn' : 'bad';
}

function assertionTable(before: TestResult, after: TestResult): Html {
  const changes = assertionChanges(before.checks, after.checks);
  if (changes.length === 0) return html`<p>No assertion changed.</p>`;
  const rows = changes.map(
    ({ check, assertion, change }) =>
      html`<tr>
        <td>${badge(change, assertionTone(change))}</td>
        <td>${check}</td>
        <td>${assertion}</td>
      </tr>`,
  );
  return scrolling(
    `Assertions that changed from ${before.id} to ${after.id}`,
    html`<table>
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Check</th>
          <th scope="col">Assertion</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

function figureTone({ verdict }: FigureChange): Tone {
  if (verdict === 'better') return 'good';
  return verdict === 'worse' ? 'bad' : 'calm';
}

function figureTable(before: BenchResult, after: BenchResult): Html {
  const changes = figureChanges(before.comparisons, after.comparisons);
  if (changes.length === 0) return html`<p>The two runs have no figure in common.</p>`;
  const [first, second] = [before, after].map(({ circumstances }) =>
    circumstances.accelerator.toUpperCase(),
  ) as [string, string];
  const rows = changes.map(
    (change) =>
      html`<tr>
        <th scope="row">${figureTitle(change)}</th>
        <td>${change.side}</td>
        <td class="number">${shortNumber(change.before)}</td>
        <td class="number">${shortNumber(change.after)}</td>
        <td>${change.unit}</td>
        <td class="number">
          ${change.ratio.value.toFixed(2)}<small>${shortRange(change.ratio.low, change.ratio.high)}</small>
        </td>
        <td>${badge(change.verdict, figureTone(change))}</td>
      </tr>`,
  );
  return scrolling(
    `Figures from ${before.id} to ${after.id}`,
    html`<table>
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Side</th>
          <th scope="col" class="number">Before (${first})</th>
          <th scope="col" class="number">After (${second})</th>
          <th scope="col">Unit</th>
          <th scope="col" class="number">After : before</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

interface Difference {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** Where the circumstances of the two runs differ. */
function differences(before: Run, after: Run): Difference[] {
  const facts = ({ circumstances: made }: Run): Record<string, string> => ({
    QEMU: made.qemu,
    kernel: made.kernel,
    acceleration: made.accelerator.toUpperCase(),
    computer: `${made.computer.cpu}, ${made.computer.processors} processors`,
    definition: `digest ${made.labDigest.slice(0, 12)}`,
    images: Object.entries(made.images)
      .map(([name, digest]) => `${name} ${digest.slice(0, 12)}`)
      .join(', '),
  });
  const [first, second] = [facts(before), facts(after)];
  return Object.entries(second).flatMap(([what, value]) =>
    first[what] === value ? [] : [{ what, before: first[what] ?? '', after: value }],
  );
}

function differenceTable(before: Run, after: Run): Html {
  const found = differences(before, after);
  if (found.length === 0)
    return html`<p>Both runs had the same QEMU, kernel, images, definition and computer.</p>`;
  const rows = found.map(
    ({ what, before: old, after: now }) =>
      html`<tr>
        <th scope="row">${what}</th>
        <td>${old}</td>
        <td>${now}</td>
      </tr>`,
  );
  return scrolling(
    `Circumstances of ${before.id} and ${after.id}`,
    html`<table>
      <thead>
        <tr>
          <th scope="col">Circumstance</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

function verdicts(before: Run, after: Run): Html {
  if (before.kind === 'bench' && after.kind === 'bench') {
    return html`${figureTable(before, after)}
      <p class="soft">
        A figure is better or worse if the 95 % confidence interval of after : before does not contain 1. The
        two runs did not alternate, so a computer that was busier during one of them shows here as well.
      </p>`;
  }
  if (before.kind === 'test' && after.kind === 'test') return assertionTable(before, after);
  return html`<p>One run is a test and the other a bench: there is nothing to compare.</p>`;
}

/** What changed from one run to another. */
export function changesSection(before: Run, after: Run): Html {
  return html`<div class="card">
    <h3>From ${before.id} to ${after.id}</h3>
    ${differenceTable(before, after)}
    <div>${verdicts(before, after)}</div>
  </div>`;
}
