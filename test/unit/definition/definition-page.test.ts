import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nicModelNames } from '../../../src/devices/catalog.js';
import { labSchema } from '../../../src/definition/json-schema.js';
import { packageFolder } from '../../../src/model/folders.js';

const page = readFileSync(join(packageFolder(), 'docs/definition.md'), 'utf8');

function keysOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties = {}, ...rest } = node as { properties?: Record<string, unknown> };
  return [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...Object.values(rest)].flatMap((inner) => keysOf(inner)),
  ];
}

test('docs/definition.md speaks of every key of a definition', () => {
  const keys = [...new Set(keysOf(labSchema()))];
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter((key) => !new RegExp(`[\`{ ]${key}[\`:]`).test(page))).toEqual([]);
});

test('docs/definition.md speaks of every NIC model', () => {
  expect(nicModelNames().filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
