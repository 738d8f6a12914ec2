import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';
import { join } from 'node:path';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

test('what lab init writes comes up and passes its checks', async () => {
  expect(await sandbox.lab('init', 'mine', '--vfs', '1')).toMatchObject({ exitCode: 0 });
  const outcome = await sandbox.lab('test', join(sandbox.folder, 'mine'));
  expect(outcome.exitCode, outcome.stdout + outcome.stderr).toBe(0);
  expect(outcome.stdout).toMatch(/^ok 3 - traffic/m);
  expect(await sandbox.leftovers()).toEqual([]);
});
