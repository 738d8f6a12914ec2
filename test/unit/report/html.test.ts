import { describe, expect, it } from 'vitest';
import type { KeptRun } from '../../../src/results/run.js';
import { html } from '../../../src/report/html/html.js';
import { toHtml } from '../../../src/report/html/page.js';
import { timesBetter } from '../../../src/report/html/ratio-chart.js';
import { reportFor } from '../../../src/report/run-formats.js';
import { benchResult, comparisonsOf, context, keptBench } from '../../support/bench.js';
import { checkResult, hostile, testResult } from '../../support/results.js';

const INJECTIONS = [
  ...hostile,
  '<script>document.title="owned"</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</style><script>alert(1)</script>',
  '</title><h1>x</h1>',
  '</pre></details><h1>x</h1>',
  '${7*7}',
  'javascript:alert(1)',
];

/** A run in which everything that is text is this text. */
function runOf(text: string): KeptRun {
  const base = context();
  return {
    ...benchResult({
      id: text,
      lab: text,
      setup: [{ ok: false, title: text, diagnostics: [text] }],
      comparisons: benchResult().comparisons.map((one) => ({ ...one, title: text })),
      expectations: [{ expectation: text, met: false, found: text }],
      path: { ...benchResult().path, places: { offload: text, software: text } },
      circumstances: {
        ...benchResult().circumstances,
        qemu: text,
        kernel: text,
        accelerator: text,
        accelerationReason: text,
        images: { [text]: text },
      },
    }),
    context: context({
      definition: { file: text, text, settings: [text] },
      topology: base.topology && { ...base.topology, name: text, summary: text },
      logs: [{ name: text, text }],
    }),
  };
}

/** The tags of a page, by name with the names of their attributes. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name, attributes]) =>
      `${name ?? ''} ${[...(attributes ?? '').matchAll(/\s([a-zA-Z-]+)="/g)].map(([, attribute]) => attribute).join(' ')}`,
  );
}

describe('the page', () => {
  it.each(INJECTIONS)('keeps %j text', (text) => {
    const refused = { ...runOf(text), refusals: [text] } as KeptRun;
    const checked: KeptRun = {
      ...testResult([
        { ...checkResult(text, [[false, text, text]]), machine: text, nic: text, remarks: [text] },
      ]),
      context: runOf(text).context,
    };
    for (const runs of [[runOf(text)], [refused], [checked], [runOf(text), runOf('another')]] as const) {
      const plain = runs.map(
        (run) =>
          ({
            ...JSON.parse(JSON.stringify(run).replaceAll(JSON.stringify(text).slice(1, -1), 'plain')),
          }) as KeptRun,
      );
      expect(tagsOf(toHtml(runs))).toEqual(tagsOf(toHtml(plain)));
      expect(toHtml(runs)).not.toMatch(/<script|<img src=x/i);
    }
  });

  it('loads nothing and runs nothing', () => {
    const page = toHtml([keptBench(), keptBench({ id: 'second' })]);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|@import|url\(|src="(?!data:)|href="(?!#)/i);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg")/);
  });

  it('says TCG in every picture', () => {
    const page = toHtml([keptBench()]);
    const pictures = page.split('<svg').slice(1);
    expect(pictures).toHaveLength(3);
    for (const picture of pictures) expect(picture.split('</svg>')[0]).toContain('TCG: software emulation');
  });

  it('has no ids twice, with two runs', () => {
    const ids = [...toHtml([keptBench(), keptBench({ id: 'second' })]).matchAll(/ id="([^"]+)"/g)].map(
      ([, id]) => id,
    );
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows no figure of a run that was refused', () => {
    const page = toHtml([keptBench({ refusals: ['lost'], comparisons: [] })]);
    expect(page).toContain('No result: the bench refused it.');
    expect(page).not.toContain('<svg');
  });

  it('tells what two runs were made with, where it is not the same', () => {
    const other = keptBench({
      id: 'second',
      circumstances: { ...benchResult().circumstances, qemu: '12.0.0' },
    });
    expect(toHtml([keptBench(), other])).toMatch(
      /<th scope="row">QEMU<\/th>\s*<td>11\.0\.0<\/td>\s*<td>12\.0\.0<\/td>/,
    );
    expect(toHtml([keptBench(), keptBench({ id: 'b' })])).toContain('Both runs had the same QEMU');
    expect(toHtml([keptBench(), testResult([])])).toContain('there is nothing to compare');
  });
});

describe('the pieces of a page', () => {
  it('escape what is put into them, and nothing twice', () => {
    expect(html`<b>${'<&"\''}</b>${[html`<i>${1}</i>`, html`<i>&</i>`]}`.text).toBe(
      '<b>&lt;&amp;&quot;&apos;</b><i>1</i>\n<i>&</i>',
    );
  });

  it('turn latencies round, so that right is always better', () => {
    const [mean] = comparisonsOf('tcp-rr', [100, 110, 100], [200, 210, 205]);
    if (mean === undefined) throw new Error('nothing was compared');
    const { value, low, high } = timesBetter(mean);
    expect(value).toBeCloseTo(1 / mean.ratio.value, 9);
    expect([low, high]).toEqual([1 / (mean.ratio.high ?? NaN), 1 / (mean.ratio.low ?? NaN)]);
    expect(low).toBeLessThan(high ?? 0);
  });
});

describe('a report’s file', () => {
  it.each([
    ['a.html', '<!doctype html>'],
    ['a.JSON', '{\n  "version": 2'],
    ['a.xml', '<?xml'],
    ['a.tap', 'TAP version 14\n'],
  ])('%s begins as it should', (file, start) => {
    expect(reportFor(file, [keptBench()]).startsWith(start)).toBe(true);
  });

  it('of another ending, or of several runs where one fits, is refused', () => {
    expect(() => reportFor('a.pdf', [keptBench()])).toThrow('the extension of a.pdf is unknown');
    expect(() => reportFor('a.xml', [keptBench(), keptBench()])).toThrow('can contain only one run');
  });
});
