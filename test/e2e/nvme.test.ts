import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultyQemu } from './support/faulty-qemu.js';
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

test('lab test nvme proves creation, no hotplug and storage, and leaves nothing', async () => {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'nvme');
  const { ok, checks } = parseReport(stdout);
  expect([...checks.keys()]).toEqual(['vf-creation', 'hotplug-free', 'storage']);
  expect([...checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
  expect(ok).toBe(true);
  expect(exitCode, stderr).toBe(0);
  expect(checks.get('vf-creation')?.passed).toContain('in each of 10 cycles: the same identities');
  expect(checks.get('storage')?.passed).toContain('vf1 reads what vf0 has written');
  expect(stdout).not.toContain('cloud');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('storage fails when what is written is not kept', async () => {
  const failed = await failuresOf(
    sandbox,
    'nvme',
    'storage',
    '--qemu',
    faultyQemu(sandbox.folder, 's/,snapshot=on//'),
  );
  expect(failed).toContain('vf1 reads what vf0 has written');
  expect(failed).toContain('pf0 reads what vf1 has written');
  expect(failed).not.toContain('vf0: its controller counted what was written');
});

test('storage fails when the namespace is the PF’s alone', { tags: 'thorough' }, async () => {
  const failed = await failuresOf(
    sandbox,
    'nvme',
    'storage',
    '--qemu',
    faultyQemu(sandbox.folder, 's/nsid=1/nsid=1,shared=off/'),
  );
  expect(failed).toContain('vf0 has the namespace, at its full size');
  expect(failed).not.toContain('pf0 has the namespace, at its full size');
});

test(
  'vf-creation and storage fail when the PF has kept for itself what the VFs need',
  { tags: 'thorough' },
  async () => {
    await sandbox.lab('up', 'nvme');
    const keep = ['--cntlid=0', '--act=1', '--rt=0', '--nr=3'];
    const kept = await sandbox.lab('exec', 'nvme', 'guest', '--', 'nvme', 'virt-mgmt', '/dev/nvme0', ...keep);
    expect(kept.stdout + kept.stderr).toContain('success');
    // With a reset of the function it takes hold.
    const reset = 'echo 1 > /sys/bus/pci/devices/0000:01:00.0/reset';
    expect((await sandbox.lab('exec', 'nvme', 'guest', '--', 'sh', '-c', reset)).exitCode).toBe(0);
    expect(await failuresOf(sandbox, 'nvme', 'storage')).toContain('the PF gives its 2 VFs what they need');
    expect(await failuresOf(sandbox, 'nvme', 'vf-creation')).toContain('2 VFs are created');
  },
);

test(
  'vf-creation and hotplug-free fail when QEMU has a VF less than the lab',
  { tags: 'thorough' },
  async () => {
    const small = faultyQemu(sandbox.folder, 's/sriov_max_vfs=2/sriov_max_vfs=1/');
    await sandbox.lab('up', 'nvme', '--qemu', small);
    expect(await failuresOf(sandbox, 'nvme', 'vf-creation', '--qemu', small)).toContain(
      'the PF offers 2 VFs',
    );
    expect(await failuresOf(sandbox, 'nvme', 'hotplug-free', '--qemu', small)).toContain(
      'QEMU has realized the device of each VF before anything is enabled',
    );
  },
);
