import { wrap } from './wrap.js';

const GAP = '  ';
/** Words are not broken, but for a column of nothing but one very long word the others do not give way to less than this. */
const LONGEST_WORD = 30;

function naturalWidths(rows: readonly (readonly string[])[], measure: (cell: string) => number): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, measure(cell));
  return widths;
}

function longest(parts: readonly string[]): number {
  return Math.max(...parts.map(({ length }) => length));
}

/** Takes from the widest columns until all fit into `width`, but from none more than its words allow. */
function fitted(widths: readonly number[], least: readonly number[], width: number): number[] {
  const room = width - GAP.length * (widths.length - 1);
  const fitting = [...widths];
  for (let excess = fitting.reduce((sum, one) => sum + one, -room); excess > 0; excess -= 1) {
    const widest = fitting.reduce(
      (best, one, column) =>
        one > (least[column] ?? 0) && (best < 0 || one > (fitting[best] ?? 0)) ? column : best,
      -1,
    );
    if (widest < 0) break;
    fitting[widest] = (fitting[widest] ?? 0) - 1;
  }
  return fitting;
}

/**
 * Rows as lines of text, each column as wide as its widest cell. With a `width`, the cells of columns that are too wide for it go on below,
 * broken between words. A line break in a cell is one.
 */
export function table(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string[] {
  const natural = naturalWidths(rows, (cell) => longest(cell.split('\n')));
  const least = naturalWidths(rows, (cell) => Math.min(LONGEST_WORD, longest(cell.split(/[ \n]/))));
  const widths = width === Number.POSITIVE_INFINITY ? natural : fitted(natural, least, width);
  return rows.flatMap((row) => {
    const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
    return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, line) =>
      cells
        .map((lines, column) => (lines[line] ?? '').padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    );
  });
}
