import { connect } from 'node:net';
import { join } from 'node:path';
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

test('traffic fails for the VF whose tap is off the bridge, and for no other', async () => {
  await sandbox.lab('up', 'quickstart');
  await sandbox.inNamespace(['ip', 'link', 'set', 'guest-pf0.vf1', 'nomaster']);
  const failed = await failuresOf(sandbox, 'quickstart', 'traffic');
  expect(failed).toContain('vf1 to server: 20 packets, none lost');
  expect(failed).toContain('server to vf1: 20 packets, none lost');
  expect(failed).toContain('from the guest: the tap of vf1 counted the payload');
  expect(failed).not.toContain('vf0 to server: 20 packets, none lost');
});

test('traffic fails when the peer has the wrong MAC for a VF', { tags: 'thorough' }, async () => {
  await sandbox.lab('up', 'quickstart');
  await sandbox.inNamespace(
    [
      'ip',
      'neighbour',
      'replace',
      '10.0.0.12',
      'lladdr',
      '52:54:00:00:00:99',
      'dev',
      'eth0',
      'nud',
      'permanent',
    ],
    'server',
  );
  const failed = await failuresOf(sandbox, 'quickstart', 'traffic');
  expect(failed).toContain('server to vf1: 20 packets, none lost');
  expect(failed).not.toContain('server to vf0: 20 packets, none lost');
});

test(
  'vf-creation fails when a VF comes with another MAC than the lab says',
  { tags: 'thorough' },
  async () => {
    const qemu = faultyQemu(sandbox.folder, '/id=pf0.vf1/s/mac=[^,]*/mac=52:54:00:00:00:99/');
    const failed = await failuresOf(sandbox, 'quickstart', 'vf-creation', '--qemu', qemu);
    expect(failed).toContain("each VF is at its BDF, with its driver, one netdev and the lab's MAC");
  },
);

test('vf-creation and traffic fail when the VFs cannot be enabled', async () => {
  const qemu = faultyQemu(
    sandbox.folder,
    's/,sriov-pf=pf0//; s/addr=0\\.\\([123]\\)/addr=0.\\1,multifunction=on/; s/id=pf0,/id=pf0,multifunction=on,/',
  );
  await sandbox.lab('up', 'quickstart', '--qemu', qemu);
  expect(await failuresOf(sandbox, 'quickstart', 'vf-creation', '--qemu', qemu)).toContain(
    'the PF offers 3 VFs',
  );
  expect(await failuresOf(sandbox, 'quickstart', 'traffic', '--qemu', qemu)).toContain(
    'the PF has its 3 VFs enabled',
  );
});

test('hotplug-free fails when a device is plugged while VFs come and go', async () => {
  const qemu = faultyQemu(sandbox.folder, '', [
    '-qmp',
    'unix:second.qmp,server=on,wait=off',
    '-device',
    'pcie-root-port,id=spare,bus=pcie.0,addr=0x10,chassis=16',
  ]);
  await sandbox.lab('up', 'quickstart', '--qemu', qemu);
  const testing = sandbox.start('test', 'quickstart', '--check', 'hotplug-free', '--qemu', qemu);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const send = secondMonitor(join(sandbox.run(), 'second.qmp'));
  send({ execute: 'qmp_capabilities' });
  send({ execute: 'device_add', arguments: { driver: 'virtio-rng-pci', id: 'plugged', bus: 'spare' } });
  await new Promise((resolve) => setTimeout(resolve, 6000));
  send({ execute: 'device_del', arguments: { id: 'plugged' } });
  const { stdout, exitCode } = await testing;
  expect(exitCode).toBe(1);
  const failed = parseReport(stdout).checks.get('hotplug-free')?.failed ?? [];
  expect(failed).toContain("the guest's log contains no hotplug slot event");
  expect(failed.some((title) => title.includes('device event') || title.includes('object tree'))).toBe(true);
});

test('link-state fails for the VF that does not tell its link’s state, and for no other', async () => {
  // Without VIRTIO_NET_F_STATUS the driver takes the link to be up, whatever becomes of it.
  const qemu = faultyQemu(sandbox.folder, '/^virtio-net-pci,.*id=pf0.vf1,/s/,id=/,status=off,id=/');
  expect(await failuresOf(sandbox, 'link-state', 'link-state', '--qemu', qemu)).toEqual([
    'vf1 loses its carrier with its backend’s link, and no other does',
  ]);
});

function secondMonitor(path: string): (command: object) => void {
  const socket = connect(path);
  socket.on('error', () => undefined);
  return (command) => socket.write(`${JSON.stringify(command)}\n`);
}
