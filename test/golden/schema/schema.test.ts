import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { labSchema } from '../../../src/definition/json-schema.js';

/** After a change that is meant: `npx vitest run --project golden -u`. */
test('schema/lab.schema.json is the schema of the shape', async () => {
  const file = fileURLToPath(new URL('../../../schema/lab.schema.json', import.meta.url));
  await expect(`${JSON.stringify(labSchema(), null, 2)}\n`).toMatchFileSnapshot(file);
});
