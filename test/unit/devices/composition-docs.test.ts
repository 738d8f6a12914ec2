import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('each rule has its row in docs/compositions.md, and each row its rule', () => {
  const rules = [...read('src/devices/composition/composition.ts').matchAll(/^ {2}\| '([a-z0-9-]+)'/gm)];
  const rows = [...read('docs/compositions.md').matchAll(/^\| `([a-z0-9-]+)` +\|/gm)];
  const names = (matches: RegExpExecArray[]): (string | undefined)[] =>
    matches.map(([, name]) => name).sort();
  expect(names(rows)).toEqual(names(rules));
});
