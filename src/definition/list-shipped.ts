import { join } from 'node:path';
import { readLab } from './read-lab.js';
import { shippedLabs } from './locate.js';

/** A lab that comes with this package. */
export interface ShippedLab {
  readonly name: string;
  readonly summary: string;
  /** About how long `lab test` takes under emulation; null when its definition does not say. */
  readonly takesSeconds: number | null;
  /** The folder of its definition. */
  readonly folder: string;
}

/** Where everybody begins. */
const FIRST = 'quickstart';

/** The labs that come with this package: the first one to try, then by name. */
export function listShipped(): ShippedLab[] {
  return [...shippedLabs()]
    .map(([name, folder]) => {
      const { summary, takesSeconds } = readLab(join(folder, 'lab.yaml')).lab;
      return { name, summary, takesSeconds, folder };
    })
    .sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST) || (a.name < b.name ? -1 : 1));
}
