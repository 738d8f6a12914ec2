import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readLab } from '../../../src/lab/read-lab.js';
import { drawLab } from '../../../src/report/graph/formats.js';

/** After a change that is meant: `npx vitest run --project golden -u`, and look at the picture. */
test.each([
  ['mermaid', './quickstart.mmd'],
  ['dot', './quickstart.dot'],
  ['svg', '../../../docs/images/quickstart.svg'],
] as const)('quickstart as %s', async (format, path) => {
  const golden = fileURLToPath(new URL(path, import.meta.url));
  await expect(drawLab(readLab('quickstart').lab, format)).toMatchFileSnapshot(golden);
});
