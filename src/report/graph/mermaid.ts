import type { Box, BoxKind, Graph } from './graph.js';

/** Borders alone, so that fills and text follow the reader's light or dark theme. */
const CLASSES: Partial<Record<BoxKind, string>> = {
  pf: 'stroke:#c2410c,stroke-width:2px',
  vf: 'stroke:#2563eb,stroke-width:2px',
  'vf-group': 'stroke:#2563eb,stroke-width:2px,text-align:left',
  backend: 'stroke:#7c3aed',
  network: 'stroke:#15803d,stroke-width:2px',
  peer: 'stroke:#a16207',
  'control-plane': 'stroke:#0f766e,stroke-width:2px',
  'cluster-node': 'stroke:#0f766e,stroke-width:2px',
};

/** Mermaid has no backslash escapes, but entities by number; `%` and backticks would open comments and Markdown. */
function escape(text: string): string {
  return text.replace(
    /["#&<>`%;\\\p{Cc}\u2028\u2029]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
}

/** Mermaid drops tags from a title and shows entities as they are written, so it gets characters that look alike. */
const LOOKALIKES: Readonly<Record<string, string>> = { '&': '+', '<': '\u2039', '>': '\u203a' };

/** The title goes through YAML, where a JSON string is a string. */
function titleString(text: string): string {
  return JSON.stringify(text.replace(/[&<>]/g, (character) => LOOKALIKES[character] ?? '')).replace(
    /[%#;\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function leafLabel(box: Box): string {
  const rows = box.boxes.map(({ title, lines }) => [title, ...lines].join(' · '));
  return `"${[`<b>${escape(box.title)}</b>`, ...[...box.lines, ...rows].map(escape)].join('<br/>')}"`;
}

/** Of a box with boxes in it: one line, as they stand close below. */
function headLabel({ title, lines }: Box): string {
  return `"${[`<b>${escape(title)}</b>`, ...lines.map(escape)].join(' · ')}"`;
}

function leaf(box: Box): string {
  const style = box.kind in CLASSES ? `:::${box.kind}` : '';
  return box.kind === 'network'
    ? `${box.id}([${leafLabel(box)}])${style}`
    : `${box.id}[${leafLabel(box)}]${style}`;
}

function* boxLines(box: Box, indent: string): Iterable<string> {
  if (box.kind === 'frame') {
    for (const inner of box.boxes) yield* boxLines(inner, indent);
  } else if (box.boxes.length === 0 || box.arrangement === 'grid') {
    yield `${indent}${leaf(box)}`;
  } else {
    yield `${indent}subgraph ${box.id}[${headLabel(box)}]`;
    for (const inner of box.boxes) yield* boxLines(inner, `${indent}  `);
    yield `${indent}end`;
  }
}

/** A Mermaid flowchart. */
export function toMermaid(graph: Graph): string {
  const title = graph.summary === '' ? graph.title : `${graph.title}: ${graph.summary}`;
  return [
    '---',
    `title: ${titleString(title)}`,
    // Room for a VF on one line.
    'config: { flowchart: { wrappingWidth: 700 } }',
    '---',
    'flowchart LR',
    ...boxLines(graph.root, '  '),
    ...graph.links.map(({ from, to }) => `  ${from} --- ${to}`),
    ...Object.entries(CLASSES).map(([kind, style]) => `  classDef ${kind} ${style}`),
    '',
  ].join('\n');
}
