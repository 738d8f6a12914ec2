/** @module-tag thorough */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failuresOf } from '../e2e/support/failures.js';
import { Sandbox } from '../e2e/support/sandbox.js';
import { parseReport } from '../e2e/support/tap.js';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = new Sandbox();
  const { exitCode, stderr } = await sandbox.lab('up', 'cni-igb');
  expect(exitCode, stderr).toBe(0);
});

afterAll(async () => {
  await sandbox.dispose();
});

async function inGuest(script: string): Promise<void> {
  const { exitCode, stderr } = await sandbox.lab('exec', 'cni-igb', 'guest', '--', 'sh', '-c', script);
  expect(exitCode, stderr).toBe(0);
}

/** In place of the plugin: `before` runs first, with the configuration in $conf, which it may change. */
async function wrapPlugin(before: string): Promise<void> {
  const wrapper = `#!/bin/sh\nconf=$(cat)\n${before}\necho "$conf" | exec /opt/cni/bin/real\n`;
  await inGuest(
    `cd /opt/cni/bin; [ -e real ] || mv sriov real; echo ${Buffer.from(wrapper).toString('base64')} | base64 -d >sriov; chmod 755 sriov`,
  );
}

test('containers get igb’s VFs by SR-IOV CNI unmodified, which sets their VLAN through the PF', async () => {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'cni-igb');
  const { ok, checks } = parseReport(stdout);
  expect(checks.get('cni-attach')?.failed, stdout).toEqual([]);
  expect({ ok, exitCode }, stderr).toEqual({ ok: true, exitCode: 0 });
  const passed = checks.get('cni-attach')?.passed ?? [];
  for (const vf of ['vf0', 'vf1']) {
    expect(passed).toContain(`${vf}: 10 packets from the container to server, none lost`);
    expect(passed).toContain(`${vf}, with a VLAN: the PF has ${vf} on VLAN 4000`);
    expect(passed).toContain(
      `${vf}, with a VLAN: 10 packets from the container to the PF's VLAN 4000, none lost`,
    );
  }
});

test('cni-attach fails when the plugin does not set the VLAN', async () => {
  await wrapPlugin(`conf=$(echo "$conf" | sed 's/,"vlan":4000//')`);
  expect(await failuresOf(sandbox, 'cni-igb', 'cni-attach')).toEqual(
    ['vf0', 'vf1'].flatMap((vf) => [
      `${vf}, with a VLAN: the PF has ${vf} on VLAN 4000`,
      `${vf}, with a VLAN: 10 packets from the container to the PF's VLAN 4000, none lost`,
      `${vf}, with a VLAN: server, which is on no VLAN, does not hear the container`,
    ]),
  );
});

test('cni-attach fails when the plugin leaves the VLAN on, or changes what it was not told to', async () => {
  await wrapPlugin(`
    [ "$CNI_COMMAND" = ADD ] || sed -i 's/"vlan":4000/"vlan":0/' /var/lib/cni/sriov/lab-vf1-net1
    ip link set dev eth0 vf 0 spoofchk on`);
  const failed = await failuresOf(sandbox, 'cni-igb', 'cni-attach');
  expect(failed).toContain('vf0, with a VLAN: the PF has the spoof check of vf0 as it was set');
  expect(failed).toContain('vf0, with a VLAN: the PF still has its MAC and spoof check');
  expect(failed).not.toContain('vf1, with a VLAN: the PF has the spoof check of vf1 as it was set');
  expect(failed).toContain('vf1, with a VLAN: the PF has vf1 on no VLAN afterwards');
  expect(failed).not.toContain('vf0, with a VLAN: the PF has vf0 on no VLAN afterwards');
  await sandbox.lab('down', 'cni-igb');
  expect(await sandbox.leftovers()).toEqual([]);
});
