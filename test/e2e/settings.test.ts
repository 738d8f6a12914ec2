import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
  mkdirSync(join(sandbox.folder, 'mine'));
  writeFileSync(
    join(sandbox.folder, 'mine/lab.yaml'),
    'machines:\n  guest:\n    nics:\n      pf0: { backend: user, vfs: 2 }\nchecks: [vf-creation]\n',
  );
});

afterEach(async () => {
  await sandbox.dispose();
});

test('a lab that came up with --set is known by it; without it, it is another one', async () => {
  const setting = ['--set', 'machines.guest.nics.pf0.vfs=1'];
  const up = await sandbox.lab('up', 'mine', ...setting);
  expect(up.exitCode, up.stderr).toBe(0);
  expect(sandbox.record().lab.machines[0]?.nics[0]?.vfs).toHaveLength(1);
  expect((await sandbox.lab('status', 'mine')).stdout).toContain('machine guest: up');

  expect((await sandbox.lab('up', 'mine', ...setting)).stdout).toContain('nothing was changed');
  expect((await sandbox.lab('up', 'mine', '--dry-run')).stdout).toMatch(
    /^replace +machine guest: its definition, image or QEMU has changed/m,
  );

  const tested = await sandbox.lab('test', 'mine', ...setting);
  expect(tested.exitCode, tested.stdout + tested.stderr).toBe(0);
  expect(tested.stdout).toContain('the PF offers 1 VFs');

  const down = await sandbox.lab('down', 'mine');
  expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^down: mine-/) as string });
  expect(await sandbox.leftovers()).toEqual([]);
});
