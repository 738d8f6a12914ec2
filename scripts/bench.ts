// npm run bench [-- --rounds N] [--small] [SECTION...]: how long things take, A and B in turn in one run; medians and ratios.
import { parseArgs } from 'node:util';
import { benchBytes } from './bench/bytes.js';
import { benchImages, benchRocky } from './bench/images.js';
import { interruption, interruptOnSignals } from './bench/interruption.js';
import { benchLarge } from './bench/large-definitions.js';
import { benchKubernetes } from './bench/kubernetes.js';
import { benchTest } from './bench/lab-test.js';
import { benchStart } from './bench/start.js';
import type { Extent } from './bench/run.js';
import { benchUp } from './bench/up.js';

const SECTIONS: ReadonlyMap<string, (extent: Extent) => Promise<void>> = new Map([
  ['start', benchStart],
  ['large', benchLarge],
  ['test', benchTest],
  ['up', benchUp],
  ['bytes', benchBytes],
  ['images', benchImages],
  ['rocky', benchRocky],
  ['kubernetes', benchKubernetes],
]);

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, small: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be 1 or more, not ${values.rounds}`);

const names = positionals.length === 0 ? [...SECTIONS.keys()] : positionals;
const sections = names.map((name) => {
  const section = SECTIONS.get(name);
  if (section === undefined)
    throw new Error(`no section ${name}; choose from ${[...SECTIONS.keys()].join(', ')}`);
  return section;
});

interruptOnSignals();
try {
  for (const section of sections) await section({ rounds, small: values.small });
} catch (error) {
  if (!interruption.aborted) throw error;
}
