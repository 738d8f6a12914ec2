import { describe, expect, test } from 'vitest';
import type { Box, Graph } from '../../../src/report/graph/graph.js';
import { labGraph } from '../../../src/report/graph/lab-graph.js';
import { toSvg } from '../../../src/report/graph/svg.js';
import { allPlaced, layOut, type Placed } from '../../../src/report/graph/svg-layout.js';
import { textWidth, wrap } from '../../../src/report/graph/svg-text.js';
import { lab as labOf, labWithNic } from '../../support/definition.js';
import { parseXml, type XmlElement } from '../../support/xml.js';

const mixed = labOf({
  networks: { lan: null, wan: null },
  peers: { one: { network: 'lan' }, two: { network: 'wan' }, three: { network: 'lan' } },
  machines: {
    first: {
      nics: { pf0: { backend: { tap: 'lan' }, vfs: [{}, { backend: 'user' }, { backend: { tap: 'wan' } }] } },
    },
    second: { nics: { pf0: { backend: { tap: 'wan' }, vfs: 10 }, plain: { backend: 'user' } } },
    empty: {},
  },
});

function box(id: string, arrangement: Box['arrangement'], boxes: readonly Box[] = []): Box {
  return { id, kind: 'machine', title: `box ${id}`, lines: ['a line'], arrangement, boxes };
}

/** A machine in a machine in a machine, each with a row of its own. */
const nested: Graph = {
  title: 'nested',
  summary: '',
  root: box('root', 'column', [
    box('outer', 'row', [
      box('middle', 'column', [
        box('a', 'column'),
        box('inner', 'row', [box('b', 'column'), box('c', 'grid')]),
      ]),
      box('side', 'column'),
    ]),
    box('below', 'column'),
  ]),
  links: [
    { from: 'b', to: 'c' },
    { from: 'c', to: 'side' },
  ],
};

/** Bridges and vDPA within a machine, which lead to functions further down than their own. */
const inside = labOf({
  networks: { wire: null, inner: { on: 'server', uplink: 'a.vf3' }, alone: { on: 'server' } },
  peers: { outside: { network: 'wire' } },
  machines: {
    server: { nics: { a: { backend: { tap: 'wire' }, vfs: 4 }, b: { backend: { tap: 'wire' }, vfs: 12 } } },
    guest: {
      on: 'server',
      nics: {
        pf0: {
          backend: { tap: 'inner' },
          vfs: [{ backend: { vdpa: 'a.vf0' } }, { backend: { vdpa: 'b.vf9' } }],
        },
      },
    },
  },
});

const graphs: readonly (readonly [string, Graph])[] = [
  ...[1, 3, 64, 255].map((count) => [`${count} VFs`, labGraph(labWithNic({ vfs: count }))] as const),
  ['a lab of all sorts', labGraph(mixed)],
  ['nested machines', nested],
  ['networks inside a machine', labGraph(inside)],
];

function overlap(a: Placed, b: Placed): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function isInside(inner: Placed, outer: Placed): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

interface Text {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
}

/** What is written in a drawn box. */
function textsOf(group: XmlElement): Text[] {
  return [...group.all()]
    .filter(({ name }) => name === 'tspan')
    .map(({ text, attributes }) => {
      const left = Number(attributes['x']);
      const size = Number(attributes['font-size'] ?? 11);
      return { text, left, right: left + textWidth(text, size), baseline: Number(attributes['y']) };
    });
}

describe.each(graphs)('the picture of %s', (_name, graph) => {
  const root = layOut(graph, 0, 0);

  test('has no boxes that overlap, and each within its own', () => {
    let compared = 0;
    for (const { inner, ...outer } of allPlaced(root)) {
      for (const [index, one] of inner.entries()) {
        expect(isInside(one, { ...outer, inner })).toBe(true);
        for (const other of inner.slice(index + 1)) {
          compared += 1;
          if (overlap(one, other)) expect.fail(`${one.box.id} and ${other.box.id} overlap`);
        }
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test('has all text within its box, and no two lines on each other', () => {
    const svg = parseXml(toSvg(graph), { declaration: false });
    for (const group of svg.children.filter(({ name }) => name === 'g')) {
      const rect = group.find('rect').attributes;
      const [right, bottom] = [
        Number(rect['x']) + Number(rect['width']),
        Number(rect['y']) + Number(rect['height']),
      ];
      let above = Number(rect['y']);
      for (const text of textsOf(group)) {
        expect(text.right, text.text).toBeLessThanOrEqual(right);
        expect(text.baseline, text.text).toBeLessThanOrEqual(bottom - 4);
        expect(text.baseline - above).toBeGreaterThanOrEqual(13);
        above = text.baseline;
      }
    }
  });

  test('has boxes below the text of the box that they are in', () => {
    const svg = parseXml(toSvg(graph), { declaration: false });
    const tops = new Map(
      svg.children
        .filter(({ name }) => name === 'g')
        .map((group) => [group.attributes['id'] ?? '', group] as const),
    );
    for (const { box: outer, inner } of allPlaced(root)) {
      const group = tops.get(outer.id);
      if (group === undefined) continue;
      const lowest = Math.max(...textsOf(group).map(({ baseline }) => baseline));
      for (const one of inner) {
        const y = tops.get(one.box.id)?.find('rect').attributes['y'];
        if (y !== undefined) expect(Number(y)).toBeGreaterThan(lowest);
      }
    }
  });

  test('has links that run from left to right', () => {
    const svg = parseXml(toSvg(graph), { declaration: false });
    const paths = svg.children.filter(({ name }) => name === 'path');
    expect(paths.length).toBe(graph.links.length);
    for (const { attributes } of paths) {
      const [, x1 = '', , x2 = ''] = /^M(\S+) (\S+) H.* (\S+) \S+$/.exec(attributes['d'] ?? '') ?? [];
      expect(Number(x1)).toBeLessThan(Number(x2));
    }
  });

  test('is well-formed and fits its page', () => {
    const svg = parseXml(toSvg(graph), { declaration: false });
    expect(svg.attributes['viewBox']).toBe(
      `0 0 ${svg.attributes['width'] ?? ''} ${svg.attributes['height'] ?? ''}`,
    );
    for (const { name, attributes } of svg.all()) {
      if (name !== 'rect') continue;
      expect(Number(attributes['x'] ?? 0) + Number(attributes['width'])).toBeLessThanOrEqual(
        Number(svg.attributes['width']),
      );
      expect(Number(attributes['y'] ?? 0) + Number(attributes['height'])).toBeLessThanOrEqual(
        Number(svg.attributes['height']),
      );
    }
    const ids = [...svg.all()].flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('wrap', () => {
  test.each([
    '',
    'a few words that do not fit on one line',
    'x'.repeat(100),
    `日本語${'語'.repeat(40)}`,
    ' a  b ',
  ])('cuts %j into lines that fit and loses nothing but spaces', (text) => {
    const lines = wrap(text, 10, 100);
    for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(100);
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });
});
