import type { Probe } from '../toolchain/doctor.js';
import { table } from './table.js';

/** The probes as a table for people: verdict, name, what was found; under it the remedy. */
export function probeTable(probes: readonly Probe[], width?: number): string {
  const rows = probes.map((probe) => {
    const { name, found, remedy } = probe;
    return [verdictWords(probe), name, remedy === undefined ? found : `${found}\n-> ${remedy}`];
  });
  return table([['verdict', 'what', 'found'], ...rows], width).join('\n');
}

function verdictWords({ verdict, required }: Probe): string {
  if (verdict === 'missing') return required ? 'MISSING' : 'missing, optional';
  return verdict;
}
