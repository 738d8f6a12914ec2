import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failuresOf } from './support/failures.js';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

async function inGuest(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.lab(
    'exec',
    'quickstart',
    'guest',
    '--',
    'sh',
    '-c',
    script,
  );
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
}

const BOOT = 'cat /proc/sys/kernel/random/boot_id';

test('reboot passes, and fails when the machine does not come back', async () => {
  const only = ['--set', 'checks=[reboot]'];
  expect((await sandbox.lab('up', 'quickstart', ...only)).exitCode).toBe(0);
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'quickstart', ...only);
  expect(exitCode, stderr).toBe(0);
  expect(parseReport(stdout).checks.get('reboot')?.passed).toContain('after the reboot: no VF exists');

  await inGuest(
    'reboot=$(command -v reboot); rm "$reboot"; printf "#!/bin/sh\\nexec busybox poweroff -f\\n" >"$reboot"; chmod +x "$reboot"',
  );
  expect(await failuresOf(sandbox, 'quickstart', 'reboot', ...only)).toContain('guest reboots');
});

test('reboot fails when the guest creates VFs by itself as it boots', async () => {
  const folder = join(sandbox.folder, 'willing');
  mkdirSync(folder);
  const pf = '/sys/bus/pci/devices/0000:01:00.0/sriov_numvfs';
  const words = `mount -t devtmpfs dev /dev; (until echo 2 >${pf}; do sleep 0.1; done) & exec /init`.split(
    ' ',
  );
  const machine = {
    // An init of its own: kernel arguments are single words.
    kernelArguments: ['rdinit=/bin/ash', '--', '-c', 'eval${IFS}$*', 'init', ...words],
    nics: { pf0: { backend: 'user', vfs: 2 } },
  };
  writeFileSync(
    join(folder, 'lab.yaml'),
    JSON.stringify({ machines: { guest: machine }, checks: ['reboot'] }),
  );
  expect(await failuresOf(sandbox, folder, 'reboot')).toEqual([
    'after the reboot: no VF exists',
    'after the reboot: sriov_numvfs is 0',
  ]);
});

test('machines are paused, go on, and are restarted within their QEMU', async () => {
  expect((await sandbox.lab('up', 'quickstart')).exitCode).toBe(0);
  const qemu = sandbox.pid('machine', 'guest');
  const first = await inGuest(BOOT);

  expect((await sandbox.lab('pause', 'quickstart')).stdout).toBe('paused: guest');
  expect(JSON.parse((await sandbox.lab('status', 'quickstart', '--json')).stdout)).toMatchObject({
    labs: [{ state: 'paused', machines: [{ state: 'paused', pid: qemu }] }],
  });
  for (const argv of [
    ['exec', 'quickstart', 'guest', '--', 'true'],
    ['up', 'quickstart'],
    ['test', 'quickstart'],
    ['restart', 'quickstart'],
  ]) {
    const { exitCode, stderr } = await sandbox.lab(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('machine guest of lab quickstart is paused [LAB-MACHINE-PAUSED]');
  }
  expect((await sandbox.lab('resume', 'quickstart', 'guest')).exitCode).toBe(0);
  expect(await inGuest(BOOT)).toBe(first);

  for (const flags of [[], ['--hard']]) {
    const before = await inGuest(BOOT);
    const { exitCode, stderr } = await sandbox.lab('restart', 'quickstart', 'guest', ...flags);
    expect(exitCode, stderr).toBe(0);
    expect(await inGuest(BOOT)).not.toBe(before);
  }
  expect(sandbox.pid('machine', 'guest')).toBe(qemu);
  expect((await sandbox.lab('up', 'quickstart')).stdout).toContain('nothing was changed');
  expect((await sandbox.lab('down', 'quickstart')).exitCode).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});
