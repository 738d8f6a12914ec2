import { escapeXml } from '../xml.js';
import type { Graph, Link } from './graph.js';
import { allPlaced, layOut, PADDING, type Placed } from './svg-layout.js';
import { STYLE } from './svg-style.js';
import { LINE_HEIGHT, LINE_SIZE, TITLE_HEIGHT, TITLE_SIZE, textWidth, wrap } from './svg-text.js';

const MARGIN = 16;
const MIN_WIDTH = 480;
const HEADING_SIZE = 16;
const HEADING_HEIGHT = 24;
/** Of the first line of a text below the top of its box. */
const BASELINE = 13;

function texts({ box, x, y }: Placed): string {
  const left = x + PADDING;
  const top = y + PADDING + BASELINE;
  const lines = box.lines.map(
    (line, index) =>
      `<tspan x="${left}" y="${top + TITLE_HEIGHT + index * LINE_HEIGHT}">${escapeXml(line)}</tspan>`,
  );
  const title = `<tspan class="t" font-size="${TITLE_SIZE}" x="${left}" y="${top}">${escapeXml(box.title)}</tspan>`;
  return `<text font-size="${LINE_SIZE}">${title}${lines.join('')}</text>`;
}

function boxElement(placed: Placed): string {
  const { box, x, y, width, height } = placed;
  const radius = box.kind === 'network' ? Math.min(16, height / 2) : 4;
  return `<g id="${box.id}" class="${box.kind}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>${texts(placed)}</g>`;
}

/** A curve from the right edge of one box to the left edge of the other. */
function linkElement({ from, to }: Link, places: ReadonlyMap<string, Placed>): string {
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) throw new Error(`no box at an end of ${from} - ${to}`);
  const [x1, y1] = [start.x + start.width, start.y + start.height / 2];
  const [x2, y2] = [end.x, end.y + end.height / 2];
  const bend = Math.min(x2 - x1, 48) / 2;
  const middle = x2 - bend;
  return `<path class="link" d="M${x1} ${y1} H${middle - bend} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`;
}

/** A picture that needs no program but a browser. */
export function toSvg(graph: Graph): string {
  const natural = layOut(graph, 0, 0).width;
  const inside = Math.max(natural, MIN_WIDTH, textWidth(graph.title, HEADING_SIZE));
  const summary = wrap(graph.summary, TITLE_SIZE, inside);
  const top = MARGIN + HEADING_HEIGHT + summary.length * TITLE_HEIGHT + PADDING;
  const root = layOut(graph, MARGIN, top);
  const [width, height] = [inside + 2 * MARGIN, top + root.height + MARGIN];
  const drawn = [...allPlaced(root)].filter(({ box }) => box.kind !== 'frame');
  const places = new Map(drawn.map((placed) => [placed.box.id, placed]));
  const summaryLines = summary.map(
    (line, index) =>
      `<text class="summary" font-size="${TITLE_SIZE}" x="${MARGIN}" y="${MARGIN + HEADING_HEIGHT + BASELINE + index * TITLE_HEIGHT}">${escapeXml(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title id="title">${escapeXml(`Topology of lab ${graph.title}`)}</title>`,
    `<desc id="description">${escapeXml(graph.summary)}</desc>`,
    '<style>',
    ...STYLE,
    '</style>',
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="heading" font-size="${HEADING_SIZE}" x="${MARGIN}" y="${MARGIN + BASELINE}">${escapeXml(graph.title)}</text>`,
    ...summaryLines,
    ...drawn.filter(({ inner }) => inner.length > 0).map(boxElement),
    ...graph.links.map((link) => linkElement(link, places)),
    ...drawn.filter(({ inner }) => inner.length === 0).map(boxElement),
    '</svg>',
    '',
  ].join('\n');
}
