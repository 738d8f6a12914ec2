import { execa } from 'execa';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shippedLabs } from '../../src/definition/locate.js';
import { GuestAgent } from '../../src/qemu/guest-agent.js';
import { Sandbox } from './support/sandbox.js';
import { toSocket } from '../../src/qemu/unix-socket.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

test('the rendered files run by hand, without lab', async () => {
  const folder = join(sandbox.folder, 'rendered');
  const { exitCode, stdout, stderr } = await sandbox.lab(
    'render',
    'quickstart',
    '-o',
    folder,
    '--images',
    '--json',
  );
  expect(exitCode, stderr).toBe(0);
  const { qemu } = JSON.parse(stdout) as { qemu: string };

  const byHand = execa('./run.sh', {
    cwd: folder,
    env: { QEMU: qemu },
    reject: false,
    forceKillAfterDelay: 2000,
  });
  try {
    const agent = await GuestAgent.open(toSocket(join(folder, 'guest.agent')), AbortSignal.timeout(120_000));
    await agent.putFile('/run/check.sh', readFileSync(join(folder, 'checks/guest-pf0/vf-creation-10.sh')));
    const check = await agent.run(['/bin/sh', '/run/check.sh'], { timeoutMs: 120_000 });
    agent.close();
    expect(check.stdout).not.toContain('not ok');
    expect(check.stdout).toMatch(/^1\.\.14$/m);
    expect(check.exitCode).toBe(0);
  } finally {
    byHand.kill('SIGKILL');
    await byHand;
  }
  expect(sandbox.processes()).toEqual([]);
  expect(existsSync(join(folder, 'README.md'))).toBe(true);
});

test.each([...shippedLabs().keys()])(
  'shellcheck finds nothing in the rendered scripts of %s',
  async (lab) => {
    const folder = join(sandbox.folder, 'rendered');
    const { stdout } = await sandbox.lab('render', lab, '-o', folder, '--json');
    const scripts = (JSON.parse(stdout) as { files: string[] }).files.filter((file) => file.endsWith('.sh'));
    expect(scripts.length).toBeGreaterThanOrEqual(2);
    const { stdout: findings } = await execa('shellcheck', scripts, { cwd: folder, reject: false });
    expect(findings).toBe('');
  },
);
