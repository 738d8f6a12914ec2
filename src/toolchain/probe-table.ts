import type { Probe } from './probes/probe.js';

/** The probes as a table for people: verdict, name, what was found; under it the remedy. */
export function probeTable(probes: readonly Probe[]): string {
  const verdicts = column(['verdict', ...probes.map(verdictWords)]);
  const names = column(['what', ...probes.map(({ name }) => name)]);
  const indent = ' '.repeat((verdicts[0]?.length ?? 0) + (names[0]?.length ?? 0) + 4);
  const rows = ['found', ...probes.map(({ found }) => found)].flatMap((found, index) => {
    const remedy = probes[index - 1]?.remedy;
    const row = `${verdicts[index] ?? ''}  ${names[index] ?? ''}  ${found}`;
    return remedy === undefined ? [row] : [row, `${indent}-> ${remedy}`];
  });
  return rows.join('\n');
}

function verdictWords({ verdict, required }: Probe): string {
  if (verdict === 'missing') return required ? 'MISSING' : 'missing, optional';
  return verdict;
}

function column(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map(({ length }) => length));
  return cells.map((cell) => cell.padEnd(width));
}
