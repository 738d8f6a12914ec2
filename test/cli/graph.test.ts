import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { useScratch } from '../support/scratch.js';
import { runLab } from './run-lab.js';

const picture = readFileSync(
  fileURLToPath(new URL('../../docs/images/quickstart.svg', import.meta.url)),
  'utf8',
);
const folder = useScratch();

test('the picture in docs/images is what the command prints', async () => {
  const { exitCode, stdout, stderr } = await runLab('graph', 'quickstart', '--format', 'svg');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe(picture);
});

test('without a format it prints Mermaid', async () => {
  const { stdout } = await runLab('graph', 'quickstart');
  expect(stdout).toMatch(/^---\ntitle: .*\nconfig: .*\n---\nflowchart LR\n/);
});

test.each([
  ['a.svg', '<svg '],
  ['a.dot', 'graph "'],
  ['a.gv', 'graph "'],
  ['a.MMD', '---\n'],
])('-o %s takes the format from the ending and prints nothing', async (name, start) => {
  const file = join(folder(), name);
  const { exitCode, stdout } = await runLab('graph', 'quickstart', '-o', file);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  expect(readFileSync(file, 'utf8').startsWith(start)).toBe(true);
});

test('--format wins over the ending', async () => {
  const file = join(folder(), 'a.txt');
  expect((await runLab('graph', 'quickstart', '--format', 'dot', '-o', file)).exitCode).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^graph "/);
});

test('--json prints the format and the text', async () => {
  const { stdout } = await runLab('graph', 'quickstart', '--format', 'svg', '--json');
  expect(JSON.parse(stdout)).toEqual({ format: 'svg', text: picture });
});

test.each([
  [['quickstart', '-o', 'a.png'], 'LAB-GRAPH-FORMAT'],
  [['quickstart', '-o', '/nowhere/a.svg'], 'LAB-REPORT-WRITE'],
  [['quickstart', '--format', 'png'], 'LAB-USAGE'],
  [['no-such-lab'], 'LAB-NOT-FOUND'],
])('%j is refused with %s', async (args, code) => {
  const { exitCode, stderr } = await runLab('graph', ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(code);
  expect(stderr).not.toContain('    at ');
});
