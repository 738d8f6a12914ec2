import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { usePlace } from './support/lab.js';

const place = usePlace();

const picture = readFileSync(
  fileURLToPath(new URL('../../docs/images/quickstart.svg', import.meta.url)),
  'utf8',
);

test('the picture in docs/images is what the command prints', async () => {
  const { exitCode, stdout, stderr } = await place().lab('graph', 'quickstart', '--format', 'svg');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe(picture);
});

test('without a format it prints Mermaid', async () => {
  const { stdout } = await place().lab('graph', 'quickstart');
  expect(stdout).toMatch(/^---\ntitle: .*\nconfig: .*\n---\nflowchart LR\n/);
});

test.each([
  ['a.svg', '<svg '],
  ['a.dot', 'graph "'],
  ['a.gv', 'graph "'],
  ['a.MMD', '---\n'],
])('-o %s takes the format from the ending and prints nothing', async (name, start) => {
  const file = join(place().folder, name);
  const { exitCode, stdout } = await place().lab('graph', 'quickstart', '-o', file);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  expect(readFileSync(file, 'utf8').startsWith(start)).toBe(true);
});

test('--format wins over the ending', async () => {
  const file = join(place().folder, 'a.txt');
  expect((await place().lab('graph', 'quickstart', '--format', 'dot', '-o', file)).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^graph "/);
});

test('--json prints the format and the text', async () => {
  const { stdout } = await place().lab('graph', 'quickstart', '--format', 'svg', '--json');
  expect(JSON.parse(stdout)).toEqual({ format: 'svg', text: picture });
});

test.each([
  [['quickstart', '-o', 'a.png'], 'LAB-GRAPH-FORMAT'],
  [['quickstart', '-o', '/nowhere/a.svg'], 'LAB-REPORT-WRITE'],
  [['quickstart', '--format', 'png'], 'LAB-USAGE'],
  [['no-such-lab'], 'LAB-NOT-FOUND'],
])('%j is refused with %s', async (args, code) => {
  const { exitCode, stderr } = await place().lab('graph', ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(code);
  expect(stderr).not.toContain('    at ');
});
