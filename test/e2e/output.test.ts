import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultyQemu } from './support/faulty-qemu.js';
import { PROJECT, Sandbox } from './support/sandbox.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

/** Runs the test of a lab in which a check fails, with its output redirected by bash. Returns its exit code. */
async function failingTest(redirection: string): Promise<string> {
  const qemu = faultyQemu(sandbox.folder, '/id=pf0.vf1/s/mac=[^,]*/mac=52:54:00:00:00:99/');
  const lab = [process.execPath, join(PROJECT, 'bin/run.js'), 'test', 'quickstart', '--qemu', qemu];
  const checks = ['--check', 'vf-creation', '--check', 'traffic'];
  const script = `"$@" ${redirection}; echo "\${PIPESTATUS[0]}" >&3`;
  const { stdout } = await execa('bash', ['-c', `exec 3>&1; ${script}`, 'bash', ...lab, ...checks], {
    env: sandbox.env,
    cwd: sandbox.folder,
  });
  return stdout;
}

test('a failing test whose reader goes away has the true exit code, and its lab is taken down', async () => {
  expect(await failingTest('2>&1 | head -1 >/dev/null')).toBe('1');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a failing test whose report cannot be written says so, and its lab is taken down', async () => {
  expect(await failingTest('2>stderr >/dev/full')).toBe('2');
  const { stdout } = await execa('cat', [join(sandbox.folder, 'stderr')]);
  expect(stdout).toContain('[LAB-ENV-OUTPUT]');
  expect(await sandbox.leftovers()).toEqual([]);
});
