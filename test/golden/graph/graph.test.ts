import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { shippedLabs } from '../../../src/definition/locate.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import { drawLab } from '../../../src/report/graph/formats.js';

/** After a change that is meant: `npx vitest run --project golden -u`, and look at the picture. */
test.each([
  ['mermaid', './quickstart.mmd'],
  ['dot', './quickstart.dot'],
] as const)('quickstart as %s', async (format, path) => {
  const golden = fileURLToPath(new URL(path, import.meta.url));
  await expect(drawLab(readLab('quickstart').lab, format)).toMatchFileSnapshot(golden);
});

const drawn = [...shippedLabs()].filter(([name]) => !name.startsWith('refused/'));

test.each(drawn)('the picture on the page of %s is what lab graph draws', async (name, folder) => {
  const picture = join(packageFolder(), 'docs/images', `${name}.svg`);
  await expect(drawLab(readLab(folder).lab, 'svg')).toMatchFileSnapshot(picture);
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`(../../docs/images/${name}.svg)`);
});
