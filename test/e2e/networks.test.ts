import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faultyQemu } from './support/faulty-qemu.js';
import { failuresOf } from './support/failures.js';
import { PROJECT, Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

/** 64 VFs take minutes on a computer that is busy with other tests. */
const LIMIT_MS = 900_000;

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

describe('the shipped labs', () => {
  async function passes(lab: string, checks: string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await sandbox.startFor(LIMIT_MS, 'test', lab);
    const report = parseReport(stdout);
    expect([...report.checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
    expect(exitCode, stderr).toBe(0);
    expect([...report.checks.keys()]).toEqual(checks);
    expect(await sandbox.leftovers()).toEqual([]);
  }

  test.each([
    ['multifunction', ['enumeration', 'traffic']],
    ['user-net', ['vf-creation', 'hotplug-free', 'traffic']],
    ['vlan', ['vf-creation', 'traffic', 'isolation']],
    ['link-state', ['link-state']],
  ])('%s passes, and leaves nothing', { timeout: LIMIT_MS }, passes);

  test.each([['many-vfs', ['vf-creation', 'hotplug-free', 'traffic']]])(
    '%s passes, and leaves nothing',
    { tags: 'thorough', timeout: LIMIT_MS },
    passes,
  );
});

describe('isolation', () => {
  /** Puts a port where the other VLAN is, with whatever keeps the VLANs apart on this computer. */
  async function moveToVlan(port: string, from: number, to: number): Promise<void> {
    const links = await sandbox.inNamespace(['ip', '-brief', 'link', 'show', 'type', 'bridge']);
    if (links.includes(`lan.${to}`)) {
      await sandbox.inNamespace(['ip', 'link', 'set', port, 'master', `lan.${to}`]);
      return;
    }
    await sandbox.inNamespace(['bridge', 'vlan', 'delete', 'dev', port, 'vid', String(from)]);
    await sandbox.inNamespace([
      ...['bridge', 'vlan', 'add', 'dev', port, 'vid', String(to), 'pvid', 'untagged'],
    ]);
  }

  test('fails when everybody is on one VLAN', async () => {
    await sandbox.lab('up', 'vlan');
    for (const port of ['guest-pf0.vf2', 'guest-pf0.vf3', 'server20']) await moveToVlan(port, 20, 10);
    const failed = await failuresOf(sandbox, 'vlan', 'isolation');
    for (const title of [
      'vf0 asks all of VLAN 10 of lan for vf3 on VLAN 20: no answer',
      'vf0 sends to the MAC of vf3: no answer',
      'vf3 sends to the MAC of server10: no answer',
      'server10 sends to the MAC of server20: no answer',
      'from VLAN 10: vf2, on VLAN 20, has received nothing',
      'from VLAN 10: server20, on VLAN 20, has received nothing',
      'from VLAN 20: pf0, on VLAN 10, has received nothing',
    ])
      expect(failed).toContain(title);
    expect(failed).not.toContain('vf0 reaches server10 on its own VLAN 10');
  });

  test('fails for the one VF that is on the wrong VLAN, on both sides', { tags: 'thorough' }, async () => {
    await sandbox.lab('up', 'vlan');
    await moveToVlan('guest-pf0.vf2', 20, 10);
    const failed = await failuresOf(sandbox, 'vlan', 'isolation');
    expect(failed).toContain('from VLAN 10: vf2, on VLAN 20, has received nothing');
    expect(failed).toContain('vf2 reaches server20 on its own VLAN 20');
    expect(failed).not.toContain('from VLAN 10: vf3, on VLAN 20, has received nothing');
  });

  test('fails when it is quiet because a link is down', { tags: 'thorough' }, async () => {
    await sandbox.lab('up', 'vlan');
    await sandbox.inNamespace(['ip', 'link', 'set', 'server20', 'down']);
    const failed = await failuresOf(sandbox, 'vlan', 'isolation');
    expect(failed).toContain('from VLAN 20: server20, on the same VLAN, has heard the others');
    expect(failed).toContain('vf2 reaches server20 on its own VLAN 20');
    expect(failed).not.toContain('from VLAN 10: server20, on VLAN 20, has received nothing');
  });
});

test('lab up tells how VLANs are kept apart when the kernel cannot, and keeps it in the log', async () => {
  const { stderr } = await sandbox.lab('up', 'vlan');
  const { stdout: log } = await sandbox.lab('logs', 'vlan', 'network');
  const bridges = await sandbox.inNamespace(['ip', '-brief', 'link', 'show', 'type', 'bridge']);
  expect(bridges.includes('lan.10')).toBe(log.includes('cannot filter VLANs'));
  for (const line of log.split('\n').filter((text) => text !== '')) expect(stderr).toContain(line);
});

/*
 * The kernel of this computer may lack what network.sh prefers. The kernel of a guest has it: there the same script, as rendered,
 * makes one bridge, and hosts of one VLAN reach each other and nobody else.
 */
test('network.sh keeps VLANs apart in one bridge where the kernel can', { tags: 'thorough' }, async () => {
  const definition = join(sandbox.folder, 'lab.yaml');
  writeFileSync(
    definition,
    `name: bridge
networks: { lan: { subnet: 10.9.0.0/24, vlans: [10, 20] } }
peers:
  one: { network: lan, vlan: 10 }
  two: { network: lan, vlan: 10 }
  other: { network: lan, vlan: 20 }
machines: { guest: { nics: { pf0: { backend: { tap: lan, vlan: 20 }, vfs: 1 } } } }
`,
  );
  const folder = join(sandbox.folder, 'rendered');
  await sandbox.lab('render', definition, '-o', folder);
  // Without a NIC: its eth0 would be in the way.
  const empty = join(sandbox.folder, 'empty.yaml');
  writeFileSync(empty, 'machines: { guest: {} }\n');
  await sandbox.lab('up', empty);
  const inGuest = async (script: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await sandbox.lab('exec', empty, 'guest', '--', 'sh', '-c', script);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  await inGuest(`mkdir /root/lab; cat >/root/lab/network.sh <<'END-OF-FILE'
${readFileSync(join(folder, 'network.sh'), 'utf8')}
END-OF-FILE
for module in bridge tun veth; do modprobe $module; done
cd /root/lab && sh -e network.sh`);

  const ports = await inGuest('bridge vlan show');
  expect(ports).toMatch(/^one +10 PVID Egress Untagged$/m);
  expect(ports).toMatch(/^other +20 PVID Egress Untagged$/m);
  expect(ports).toMatch(/^guest-pf0\.vf0 +20 PVID Egress Untagged$/m);
  expect(await inGuest('ip -brief link show type bridge')).toMatch(/^lan .*\n?$/);
  const answers = async (from: string, to: string): Promise<string> =>
    inGuest(`cd /root/lab; nsenter --net=netns/${from} ping -q -c 2 -i 0.2 -W 1 ${to} | grep received`);
  expect(await answers('one', '10.9.0.2')).toContain(' 2 packets received');
  expect(await answers('one', '10.9.0.3')).toContain(' 0 packets received');
  expect(await answers('other', '10.9.0.1')).toContain(' 0 packets received');
  expect(await inGuest('cd /root/lab; nsenter --net=netns/other grep eth0 /proc/net/dev')).toMatch(
    /eth0: +0 +0 /,
  );
});

describe('enumeration', () => {
  test('fails when a function has another MAC, and when one more is there', async () => {
    const qemu = faultyQemu(sandbox.folder, '/id=nic0.fn2/s/mac=[^,]*/mac=52:54:00:00:00:99/', [
      '-device',
      'virtio-rng-pci,bus=port-nic0,addr=0.7',
    ]);
    const failed = await failuresOf(sandbox, 'multifunction', 'enumeration', '--qemu', qemu);
    expect(failed).toEqual([
      "fn2 is at 0000:01:00.2, with its driver, one netdev and the lab's MAC",
      'the device has these functions and no other',
    ]);
  });

  test('fails when only function 0 is seen, and when functions are VFs', { tags: 'thorough' }, async () => {
    const single = faultyQemu(
      sandbox.folder,
      's/addr=0\\.1/addr=1.1/; /id=nic0.fn1/s/multifunction=on/multifunction=off/',
    );
    const failed = await failuresOf(sandbox, 'multifunction', 'enumeration', '--qemu', single);
    expect(failed).toContain("fn1 is at 0000:01:00.1, with its driver, one netdev and the lab's MAC");
    expect(failed).not.toContain("fn0 is at 0000:01:00.0, with its driver, one netdev and the lab's MAC");
  });
});

describe('traffic', () => {
  test(
    'of a multifunction device fails for the function whose tap is off the bridge',
    { tags: 'thorough' },
    async () => {
      await sandbox.lab('up', 'multifunction');
      await sandbox.inNamespace(['ip', 'link', 'set', 'guest-nic0.fn1', 'nomaster']);
      const failed = await failuresOf(sandbox, 'multifunction', 'traffic');
      expect(failed).toContain('fn1 to server: 20 packets, none lost');
      expect(failed).toContain('server to fn1: 20 packets, none lost');
      expect(failed).toContain('from the guest: the tap of fn1 counted the payload');
      expect(failed).not.toContain('fn0 to server: 20 packets, none lost');
    },
  );

  test('on user networks fails when nobody serves behind their gateway', async () => {
    await sandbox.lab('up', 'user-net');
    // netperf's server still runs, but no longer where the gateway leads to: QEMU reaches it on the loopback address.
    const ip = join(sandbox.record().tools.bin, 'ip');
    await sandbox.inNamespace([ip, 'address', 'delete', '127.0.0.1/8', 'dev', 'lo']);
    const failed = await failuresOf(sandbox, 'user-net', 'traffic');
    expect(failed).toContain("vf0 through QEMU's gateway to a server outside: 28160 bytes by TCP");
    expect(failed).toContain('outside the user networks: the server’s own interface counted the payload');
  });

  test(
    'on a user network fails for the function that cannot use it, and for no other',
    { tags: 'thorough' },
    async () => {
      const qemu = faultyQemu(sandbox.folder, '/id=net-pf0.vf1/s/user,/user,net=10.9.9.0\\/24,/');
      const failed = await failuresOf(sandbox, 'user-net', 'traffic', '--qemu', qemu);
      expect(failed).toContain("vf1 to QEMU's gateway: 20 packets, none lost");
      expect(failed).toContain("vf1 through QEMU's gateway to a server outside: 28160 bytes by TCP");
      expect(failed).not.toContain("vf0 to QEMU's gateway: 20 packets, none lost");
    },
  );
});

test('every shipped lab of the networks names its schema and has a README', () => {
  for (const lab of ['multifunction', 'user-net', 'vlan', 'many-vfs']) {
    const folder = join(PROJECT, 'labs', lab);
    expect(readFileSync(join(folder, 'lab.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=/);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`lab test ${lab}`);
  }
});
