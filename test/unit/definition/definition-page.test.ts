import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nicModelNames } from '../../../src/devices/catalog.js';
import { labSchema } from '../../../src/definition/json-schema.js';
import { packageFolder } from '../../../src/model/folders.js';
import { withSettingsTables } from '../../support/settings-tables.js';

const file = join(packageFolder(), 'docs/definition.md');
const REGENERATE = 'npx vitest run --project unit test/unit/definition/definition-page.test.ts -u';

function keysOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties = {}, ...rest } = node as { properties?: Record<string, unknown> };
  return [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...Object.values(rest)].flatMap((inner) => keysOf(inner)),
  ];
}

function page(): string {
  return readFileSync(file, 'utf8');
}

test('docs/definition.md shows the settings as the shapes define them', async () => {
  await expect(withSettingsTables(page()), `write the tables anew: ${REGENERATE}`).toMatchFileSnapshot(file);
});

test('docs/definition.md speaks of every key of a definition', () => {
  const text = page();
  const keys = [...new Set(keysOf(labSchema()))];
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter((key) => !new RegExp(`[\`{ ]${key}[\`:]`).test(text))).toEqual([]);
});

test('docs/definition.md speaks of every NIC model', () => {
  const text = page();
  expect(nicModelNames().filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
