import { afterAll, beforeAll, expect, test } from 'vitest';
import { failuresOf } from '../e2e/support/failures.js';
import { Sandbox } from '../e2e/support/sandbox.js';
import { parseReport } from '../e2e/support/tap.js';

let sandbox: Sandbox;

/** One machine for all: its boot is most of what a test would take. */
beforeAll(async () => {
  sandbox = new Sandbox();
  const { exitCode, stderr } = await sandbox.lab('up', 'cni-virtio');
  expect(exitCode, stderr).toBe(0);
});

afterAll(async () => {
  await sandbox.dispose();
});

/** A plugin that does nothing, and says that it went well, when it is given this command. */
async function breakPlugin(command: string): Promise<void> {
  const script = `
    cd /opt/cni/bin
    [ -e real ] || mv host-device real
    printf '#!/bin/sh\\n[ "$CNI_COMMAND" = ${command} ] || exec /opt/cni/bin/real\\n' > host-device
    chmod 755 host-device`;
  const { exitCode, stderr } = await sandbox.lab('exec', 'cni-virtio', 'guest', '--', 'sh', '-c', script);
  expect(exitCode, stderr).toBe(0);
}

test('containers get the VFs by CNI ADD, with address and traffic, and DEL gives them back', async () => {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'cni-virtio');
  const { ok, checks } = parseReport(stdout);
  expect(checks.get('cni-attach')?.failed, stdout).toEqual([]);
  expect({ ok, exitCode }, stderr).toEqual({ ok: true, exitCode: 0 });
  const passed = checks.get('cni-attach')?.passed ?? [];
  for (const vf of ['vf0', 'vf1']) {
    expect(passed).toContain(`${vf}: 10 packets from the container to server, none lost`);
    expect(passed).toContain(`${vf}, a second time: ${vf} is back with its old name and MAC`);
    expect(passed).toContain(`outside: the tap of ${vf} counted what its containers sent and got`);
  }
});

test('cni-attach fails for the VF whose tap is off the bridge, and for no other', async () => {
  await sandbox.inNamespace(['ip', 'link', 'set', 'guest-pf0.vf1', 'nomaster']);
  const failed = await failuresOf(sandbox, 'cni-virtio', 'cni-attach');
  expect(failed).toContain('vf1: 10 packets from the container to server, none lost');
  expect(failed).toContain('outside: the tap of vf1 counted what its containers sent and got');
  expect(failed.filter((title) => title.includes('vf0'))).toEqual([]);
  await sandbox.inNamespace(['ip', 'link', 'set', 'guest-pf0.vf1', 'master', 'lan']);
});

test('cni-attach fails when CHECK passes whatever became of the container', async () => {
  await breakPlugin('CHECK');
  const failed = await failuresOf(sandbox, 'cni-virtio', 'cni-attach');
  expect(failed).toEqual([
    'vf0: CHECK fails when the container has lost its address',
    'vf1: CHECK fails when the container has lost its address',
  ]);
});

test('cni-attach fails when DEL keeps the VF, and the VFs are the guest’s again afterwards', async () => {
  await breakPlugin('DEL');
  const failed = await failuresOf(sandbox, 'cni-virtio', 'cni-attach');
  expect(failed).toContain('vf0: vf0 is back with its old name and MAC');
  expect(failed).toContain('vf0: the container has nothing but its loopback');
  const { stdout } = await sandbox.lab(
    'exec',
    'cni-virtio',
    'guest',
    '--',
    'sh',
    '-c',
    'ip netns list; ls -d /sys/bus/pci/devices/0000:01:00.[12]/virtio*/net/*',
  );
  expect(stdout.trim().split('\n')).toHaveLength(2);
});

test('cni-attach fails without the plugins, and says so', async () => {
  await sandbox.lab('exec', 'cni-virtio', 'guest', '--', 'rm', '-r', '/opt/cni');
  expect(await failuresOf(sandbox, 'cni-virtio', 'cni-attach')).toContain('the guest has the CNI plugins');
  await sandbox.lab('down', 'cni-virtio');
  expect(await sandbox.leftovers()).toEqual([]);
});
