import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { readLab } from '../../src/definition/read-lab.js';
import type { KeptRun } from '../../src/results/run.js';
import { toHtml } from '../../src/report/html/page.js';
import { topologyShape } from '../../src/results/topology.js';
import { benchResult, comparisonsOf, context, keptBench } from '../support/bench.js';
import { checkResult, testResult } from '../support/results.js';
import { useBrowser } from './support/browser.js';

const open = useBrowser();
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PHONE = { viewport: { width: 375, height: 800 } };
const WIDE = { viewport: { width: 1280, height: 900 } };

const topology = topologyShape.parse(readLab('quickstart').lab);
const kept = context({ topology });
const before: KeptRun = { ...benchResult(), context: kept };
const after: KeptRun = {
  ...benchResult({
    id: 'offload-tap-20260203-040506-789',
    comparisons: [
      ...comparisonsOf('tcp-stream', [1020, 1000, 990], [400, 405, 398]),
      ...comparisonsOf('tcp-rr', [350, 355, 360], [352, 350, 361]),
    ],
  }),
  context: kept,
};
const refused = keptBench({ refusals: ['TCP_STREAM, offload: 30 % lost'], comparisons: [], ok: false });
const tested: KeptRun = {
  ...testResult([
    checkResult('vf-creation', [[true, 'the PF has its VFs']]),
    checkResult('traffic', [
      [true, 'vf0 to server'],
      [false, 'server to vf0', '3 of 20 packets lost'],
    ]),
  ]),
  context: kept,
};

const pages: readonly [string, readonly KeptRun[]][] = [
  ['a bench', [before]],
  ['two benches', [before, after]],
  ['a refused bench', [refused]],
  ['a test', [tested]],
];

/** What axe-core finds. It is run as the developer's tools would: the page's own policy lets nothing run. */
async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(`${axeSource}; axe.run(document, { resultTypes: ['violations'] })`);
  return (results as AxeResults).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`),
  );
}

/** What sticks out of the page to the right, except within what scrolls by itself. */
async function overhang(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

describe.each(pages)('the report of %s', (_, runs) => {
  it.each(['light', 'dark'] as const)(
    'opens from disk without a complaint, and axe finds nothing, in %s',
    async (colorScheme) => {
      const { page, complaints } = await open(toHtml(runs), { ...WIDE, colorScheme });
      expect(await page.title()).toContain(runs[0]?.lab);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it('fits a phone, on which axe finds nothing either', async () => {
    const { page } = await open(toHtml(runs), PHONE);
    expect(await overhang(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });
});

describe('the charts', () => {
  interface Bar {
    readonly name: string;
    readonly value: number;
    readonly share: number;
    readonly color: string;
  }

  async function barsOf(page: Page, figure: string): Promise<Bar[]> {
    return page.locator(`#${figure} rect[data-value]`).evaluateAll((bars) =>
      bars.map((bar) => {
        const { measurement, figure: of, side, value } = (bar as SVGElement & HTMLElement).dataset;
        const track = bar.previousElementSibling?.getBoundingClientRect().width ?? 0;
        return {
          name: `${measurement ?? ''} ${of ?? ''} ${side ?? ''}`,
          value: Number(value),
          share: bar.getBoundingClientRect().width / track,
          color: getComputedStyle(bar).fill,
        };
      }),
    );
  }

  it.each([
    ['a wide page', WIDE],
    ['a phone', PHONE],
  ])('have a bar as long as its median, on %s', async (_, size) => {
    const { page } = await open(toHtml([before]), size);
    for (const figure of ['run-1-throughput', 'run-1-tcp-rr']) {
      const bars = await barsOf(page, figure);
      const shown = benchResult().comparisons.filter(({ measurement }) =>
        figure.endsWith('rr') ? measurement === 'tcp-rr' : measurement !== 'tcp-rr',
      );
      expect(bars.map(({ name, value }) => [name, value])).toEqual(
        shown.flatMap(({ measurement, figure: of, summaries }) =>
          (['offload', 'software'] as const).map((side) => [
            `${measurement} ${of} ${side}`,
            summaries[side].median,
          ]),
        ),
      );
      for (let pair = 0; pair < bars.length; pair += 2) {
        const [offload, software] = [bars[pair], bars[pair + 1]] as [Bar, Bar];
        expect(offload.share / software.share).toBeCloseTo(offload.value / software.value, 1);
        expect(offload.color).not.toBe(software.color);
      }
    }
  });

  it('have a dot for each run, and say TCG and the values in words', async () => {
    const { page } = await open(toHtml([before]), WIDE);
    expect(await page.locator('#run-1-throughput circle').count()).toBe(2 * 2 * 3);
    for (const picture of await page.locator('figure svg').all())
      expect(await picture.textContent()).toContain('TCG: software emulation');
    expect(await page.locator('#run-1-throughput').textContent()).toContain('800 Mbit/s');
    expect(await page.locator('#run-1-ratios').textContent()).toContain('no difference can be shown');
  });

  it('have each interval where its ends are, right of 1 for what is better', async () => {
    const { page } = await open(toHtml([before]), WIDE);
    const row = page.locator('#run-1-ratios g[data-measurement="tcp-stream"]');
    const [dot, interval, one] = await Promise.all(
      ['.estimate', '.interval', '.one'].map(async (part) => row.locator(part).boundingBox()),
    );
    if (!dot || !interval || !one) throw new Error('a part is not drawn');
    const middle = dot.x + dot.width / 2;
    expect(interval.x).toBeGreaterThan(one.x + one.width);
    expect(middle).toBeGreaterThan(interval.x);
    expect(middle).toBeLessThan(interval.x + interval.width);
    expect(await row.getAttribute('class')).toBe('better');
  });

  it('keep their texts apart on a phone', async () => {
    const { page } = await open(toHtml([before]), PHONE);
    const boxes = await page
      .locator('figure svg')
      .first()
      .locator('text')
      .evaluateAll((texts) =>
        texts.map((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return { text: text.textContent, left, right, top, bottom };
        }),
      );
    for (const [index, one] of boxes.entries())
      for (const other of boxes.slice(index + 1)) {
        const apart =
          one.right <= other.left ||
          other.right <= one.left ||
          one.bottom <= other.top + 2 ||
          other.bottom <= one.top + 2;
        expect(apart, `${one.text} and ${other.text}`).toBe(true);
      }
  });
});

describe('without a mouse', () => {
  it('everything is reached by Tab, opened by Enter, and seen to have the focus', async () => {
    const { page } = await open(toHtml([before, after]), WIDE);
    const reached: string[] = [];
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(() => {
        const { activeElement: element } = document;
        if (element === null || element === document.body) return undefined;
        return {
          text: element.textContent.trim().slice(0, 40),
          outline: getComputedStyle(element).outlineStyle,
        };
      });
      if (focus === undefined) break;
      expect(focus.outline, focus.text).toBe('solid');
      reached.push(focus.text);
    }
    expect(reached[0]).toBe('Skip to the content');
    expect(reached).toContain('What changed');
    expect(reached.filter((text) => text.startsWith('Log guest.console'))).toHaveLength(2);
  });

  it('a log opens with the keyboard', async () => {
    const { page } = await open(toHtml([before]), WIDE);
    const log = page.getByText('Log guest.console', { exact: true });
    const text = page.getByLabel('Log guest.console');
    expect(await text.isVisible()).toBe(false);
    await log.focus();
    await page.keyboard.press('Enter');
    expect(await text.isVisible()).toBe(true);
  });

  it('the failed check is open, with its evidence', async () => {
    const { page } = await open(toHtml([tested]), WIDE);
    expect(await page.getByText('3 of 20 packets lost').isVisible()).toBe(true);
    expect(await page.getByText('the PF has its VFs').isVisible()).toBe(false);
  });
});

describe('on paper', () => {
  it('nothing is folded away or cut off, and the page makes a PDF', async () => {
    const { page } = await open(toHtml([before]), WIDE);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByLabel('Log guest.console').isVisible()).toBe(true);
    expect(await page.locator('nav').count()).toBe(0);
    expect(await page.locator('.skip').isVisible()).toBe(false);
    await page.setViewportSize({ width: 700, height: 990 });
    expect(await overhang(page)).toBe(0);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('is light, whatever the screen is', async () => {
    const { page } = await open(toHtml([before]), { ...WIDE, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
  });
});

describe('two runs', () => {
  it('are beside each other, with what changed', async () => {
    const { page } = await open(toHtml([before, after]), WIDE);
    const rows = await page.locator('#changes tbody tr').allTextContents();
    const verdict = (figure: string, side: string): string =>
      rows
        .map((row) => row.replaceAll(/\s+/g, ' ').trim())
        .find((row) => row.startsWith(`${figure} ${side}`)) ?? '';
    expect(verdict('TCP_STREAM', 'offload')).toMatch(/better$/);
    expect(verdict('TCP_STREAM', 'software')).toMatch(/no difference can be shown$/);
    expect(verdict('TCP_RR mean', 'offload')).toMatch(/worse$/);
  });
});

it('text that is meant as markup is shown and does nothing', async () => {
  const text = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
  const hostile: KeptRun = {
    ...benchResult({ refusals: [text], comparisons: [] }),
    context: context({
      definition: { file: text, text, settings: [text] },
      topology: { ...topology, name: text, summary: text },
      logs: [{ name: text, text }],
    }),
  };
  const { page, complaints } = await open(toHtml([hostile]), WIDE);
  expect(await page.title()).not.toContain('owned');
  expect(await page.getByText(text).first().isVisible()).toBe(true);
  expect(await page.locator('img').count()).toBe(1);
  expect(complaints).toEqual([]);
});
