import { afterEach, beforeEach, expect, test } from 'vitest';
import { catalogued } from '../../src/images/catalog.js';
import { Sandbox } from '../e2e/support/sandbox.js';
import { parseReport } from '../e2e/support/tap.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

const components = catalogued('kubernetes-node')
  ?.layers.flat()
  .map(({ component }) => component);

test('a node’s image boots, and every component answers', { tags: 'thorough' }, async () => {
  const { exitCode, stdout, stderr } = await sandbox.lab('image', 'verify', 'kubernetes-node');
  const { ok, checks } = parseReport(stdout);
  expect([...checks.keys()], stderr).toEqual(components);
  expect(
    [...checks.values()].flatMap(({ failed }) => failed),
    stdout,
  ).toEqual([]);
  expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  expect(await sandbox.leftovers()).toEqual([]);
});
