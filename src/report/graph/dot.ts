import type { Box, BoxKind, Graph } from './graph.js';

const COLOURS: Record<Exclude<BoxKind, 'frame'>, string> = {
  computer: '#64748b',
  namespace: '#64748b',
  machine: '#475569',
  nic: '#475569',
  pf: '#c2410c',
  vf: '#2563eb',
  'vf-group': '#2563eb',
  backend: '#7c3aed',
  network: '#15803d',
  peer: '#a16207',
  'control-plane': '#0f766e',
  'cluster-node': '#0f766e',
};

/** Within DOT's double quotes; Graphviz reads HTML's entities there as well. */
function escape(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/&/g, '&amp;');
}

/** Left-aligned lines: `\l` ends each. */
function label(lines: readonly string[]): string {
  return `"${lines.map((line) => `${escape(line)}\\l`).join('')}"`;
}

function* boxLines(box: Box, indent: string): Iterable<string> {
  if (box.kind === 'frame') {
    for (const inner of box.boxes) yield* boxLines(inner, indent);
  } else if (box.boxes.length === 0 || box.arrangement === 'grid') {
    const rows = box.boxes.map(({ title, lines }) => [title, ...lines].join('  '));
    const shape = box.kind === 'network' ? ', shape=ellipse' : '';
    yield `${indent}${box.id} [label=${label([box.title, ...box.lines, ...rows])}, color="${COLOURS[box.kind]}"${shape}];`;
  } else {
    yield `${indent}subgraph cluster_${box.id} {`;
    yield `${indent}  label=${label([box.title, ...box.lines])}; color="${COLOURS[box.kind]}";`;
    for (const inner of box.boxes) yield* boxLines(inner, `${indent}  `);
    yield `${indent}}`;
  }
}

/** A graph for Graphviz. */
export function toDot(graph: Graph): string {
  const title = graph.summary === '' ? graph.title : `${graph.title}: ${graph.summary}`;
  return [
    `graph "${escape(graph.title)}" {`,
    `  label=${label([title])}; labelloc=t; labeljust=l; rankdir=LR; fontname="sans-serif";`,
    '  node [shape=box, fontname="monospace", fontsize=10];',
    ...boxLines(graph.root, '  '),
    ...graph.links.map(({ from, to }) => `  ${from} -- ${to};`),
    '}',
    '',
  ].join('\n');
}
