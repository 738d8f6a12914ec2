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

test('lab test igb proves creation, no hotplug and traffic, and leaves nothing', async () => {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'igb');
  const { ok, checks } = parseReport(stdout);
  expect([...checks.keys()]).toEqual(['vf-creation', 'hotplug-free', 'traffic', 'reboot']);
  expect([...checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
  expect(ok).toBe(true);
  expect(exitCode, stderr).toBe(0);
  expect(checks.get('vf-creation')?.passed).toContain('the PF offers 7 VFs');
  expect(checks.get('vf-creation')?.passed).toContain('in each of 10 cycles: the same identities');
  expect(checks.get('hotplug-free')?.passed).toContain(
    'QEMU has realized the device of each VF before anything is enabled',
  );
  expect(checks.get('traffic')?.passed).toContain('from the guest: the tap of pf0 counted the payload');
  expect(await sandbox.leftovers()).toEqual([]);
});

test(
  'traffic fails for what leaves the card when its tap is off the bridge, and its own switch goes on',
  { tags: 'thorough' },
  async () => {
    await sandbox.lab('up', 'igb');
    await sandbox.inNamespace(['ip', 'link', 'set', 'guest-pf0', 'nomaster']);
    const failed = await failuresOf(sandbox, 'igb', 'traffic');
    expect(failed).toContain('vf0 to server: 20 packets, none lost');
    expect(failed).toContain('from the guest: the tap of pf0 counted the payload');
    expect(failed).not.toContain('vf0 to vf1: 20 packets, none lost');
    expect(failed).not.toContain('pf0 to vf2: 20 packets, none lost');
  },
);

test('vf-creation fails when the PF does not give the VFs their MACs', { tags: 'thorough' }, async () => {
  await sandbox.lab('up', 'igb');
  const forget = `
    mv /usr/bin/ip /usr/bin/ip.real
    printf '#!/bin/sh\\n[ "$1" = -batch ] || exec ip.real "$@"\\n' > /usr/bin/ip
    chmod 755 /usr/bin/ip`;
  const { exitCode, stderr } = await sandbox.lab('exec', 'igb', 'guest', '--', 'sh', '-c', forget);
  expect(exitCode, stderr).toBe(0);
  expect(await failuresOf(sandbox, 'igb', 'vf-creation')).toContain(
    "each VF is at its BDF, with its driver, one netdev and the lab's MAC",
  );
});
