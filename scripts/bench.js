// npm run bench [-- --rounds N] [SECTION...]: how long things take, A and B in turn in one run; medians and ratios.
import { parseArgs } from 'node:util';
import { benchImages, benchRocky } from './bench/images.js';
import { benchLarge } from './bench/large-definitions.js';
import { benchTest } from './bench/lab-test.js';
import { benchStart } from './bench/start.js';
import { benchUp } from './bench/up.js';

const sections = {
  start: benchStart,
  large: benchLarge,
  test: benchTest,
  up: benchUp,
  images: benchImages,
  rocky: benchRocky,
};

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
});
for (const name of positionals.length === 0 ? Object.keys(sections) : positionals) {
  if (!(name in sections))
    throw new Error(`no section ${name}; there are ${Object.keys(sections).join(', ')}`);
  await sections[name](Number(values.rounds));
}
