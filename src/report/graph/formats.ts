import { extname } from 'node:path';
import { UsageError } from '../../errors/families.js';
import type { Lab } from '../../model/lab.js';
import { toDot } from './dot.js';
import type { Graph } from './graph.js';
import { labGraph } from './lab-graph.js';
import { toMermaid } from './mermaid.js';
import { toSvg } from './svg.js';

export const GRAPH_FORMATS = ['mermaid', 'dot', 'svg'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

const DRAWERS: Record<GraphFormat, (graph: Graph) => string> = { mermaid: toMermaid, dot: toDot, svg: toSvg };

const FORMAT_BY_ENDING: Readonly<Record<string, GraphFormat>> = {
  '.svg': 'svg',
  '.dot': 'dot',
  '.gv': 'dot',
  '.mmd': 'mermaid',
};

/** The format that the user asks for, or that of the file's extension. Throws UsageError for an unknown extension. */
export function chooseFormat(wanted: GraphFormat | undefined, file: string | undefined): GraphFormat {
  if (wanted !== undefined || file === undefined) return wanted ?? 'mermaid';
  const format = FORMAT_BY_ENDING[extname(file).toLowerCase()];
  if (format !== undefined) return format;
  throw new UsageError({
    code: 'LAB-GRAPH-FORMAT',
    message: `the extension of ${file} is unknown`,
    hint: `use one of ${Object.keys(FORMAT_BY_ENDING).join(', ')}, or give --format ${GRAPH_FORMATS.join('|')}`,
  });
}

/** The topology of a lab in a format. */
export function drawLab(lab: Lab, format: GraphFormat): string {
  return DRAWERS[format](labGraph(lab));
}
