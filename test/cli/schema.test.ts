import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { shippedLabs } from '../../src/definition/locate.js';
import { usePlace } from './support/lab.js';

const place = usePlace();

const committed = fileURLToPath(new URL('../../schema/lab.schema.json', import.meta.url));

test('prints the committed schema, with --json as well', async () => {
  const text = readFileSync(committed, 'utf8');
  expect(await place().lab('schema')).toEqual({ exitCode: 0, stdout: text, stderr: '' });
  expect(JSON.parse((await place().lab('schema', '--json')).stdout)).toEqual(JSON.parse(text));
});

test('prints the committed schema of results', async () => {
  const text = readFileSync(join(dirname(committed), 'result.schema.json'), 'utf8');
  expect(await place().lab('schema', 'result')).toEqual({ exitCode: 0, stdout: text, stderr: '' });
});

test.each([...shippedLabs().values()])('%s names the schema for editors in its first line', (folder) => {
  const [first = ''] = readFileSync(join(folder, 'lab.yaml'), 'utf8').split('\n');
  const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
  const schema = join(folder, path);
  expect(existsSync(schema)).toBe(true);
  expect(dirname(schema)).toBe(dirname(committed));
});
