import { afterAll, beforeAll, expect, test } from 'vitest';
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

async function inGuest(script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await sandbox.lab(
    'exec',
    'cni-virtio',
    'guest',
    '--',
    'sh',
    '-c',
    script,
  );
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** A plugin that does nothing, and says that it went well, when it is given this command. */
async function breakPlugin(plugin: string, command: string): Promise<void> {
  await inGuest(`
    cd /opt/cni/bin
    [ -e real-${plugin} ] || mv ${plugin} real-${plugin}
    printf '#!/bin/sh\\n[ "$CNI_COMMAND" = ${command} ] || exec /opt/cni/bin/real-${plugin}\\n' > ${plugin}
    chmod 755 ${plugin}`);
}

async function mendPlugin(plugin: string): Promise<void> {
  await inGuest(`cd /opt/cni/bin && mv real-${plugin} ${plugin}`);
}

/** What fails with one plugin; the other has nothing to do with it. */
async function failuresWith(plugin: 'host-device' | 'sriov-virtio'): Promise<string[]> {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'cni-virtio');
  expect(exitCode, stderr).toBe(1);
  const { checks } = parseReport(stdout);
  const other = plugin === 'host-device' ? 'sriov-virtio' : 'host-device';
  expect(checks.get(`cni-attach (${other})`)?.failed, stdout).toEqual([]);
  return checks.get(`cni-attach (${plugin})`)?.failed ?? [];
}

test('containers get the VFs by CNI ADD, with address and traffic, and DEL gives them back', async () => {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'cni-virtio');
  const { ok, checks } = parseReport(stdout);
  expect([...checks.keys()]).toEqual(['cni-attach (sriov-virtio)', 'cni-attach (host-device)']);
  expect(
    [...checks.values()].flatMap(({ failed }) => failed),
    stdout,
  ).toEqual([]);
  expect({ ok, exitCode }, stderr).toEqual({ ok: true, exitCode: 0 });
  for (const { passed } of checks.values()) {
    for (const vf of ['vf0', 'vf1']) {
      expect(passed).toContain(`${vf}: 10 packets from the container to server, none lost`);
      expect(passed).toContain(`${vf}, a second time: ${vf} is back with its old name and MAC`);
      expect(passed).toContain(`outside: the tap of ${vf} counted what its containers sent and received`);
    }
  }
  expect(checks.get('cni-attach (sriov-virtio)')?.passed).toContain(
    'vf0: SR-IOV CNI on its own looks for the PF where a virtio PF is not, and fails',
  );
});

test('SR-IOV CNI leaves no mount, no file and no process', async () => {
  expect(
    await inGuest('mount | grep -E "/sys/(class/net|bus/pci/devices)" || true; ls /var/lib/cni/sriov'),
  ).toBe('');
  expect(await inGuest('pgrep -a sriov || true')).toBe('');
});

test('SR-IOV CNI by itself fails on virtio VFs, and says what it looks for', async () => {
  const configuration = '{"cniVersion":"0.3.1","name":"lab","type":"sriov","deviceID":"0000:01:00.1"}';
  const said = await inGuest(
    `echo '${configuration}' | CNI_COMMAND=ADD CNI_CONTAINERID=box CNI_NETNS=/proc/1/ns/net CNI_IFNAME=net1 CNI_PATH=/opt/cni/bin /opt/cni/bin/sriov || true`,
  );
  expect(said).toMatch(/failed to get VF information.*0000:01:00\.1\/physfn\/net: no such file/);
});

test(
  'cni-attach fails for the VF whose tap is off the bridge, and for no other',
  { tags: 'thorough' },
  async () => {
    await sandbox.inNamespace(['ip', 'link', 'set', 'guest-pf0.vf1', 'nomaster']);
    const { stdout } = await sandbox.lab('test', 'cni-virtio');
    for (const { failed } of parseReport(stdout).checks.values()) {
      expect(failed).toContain('vf1: 10 packets from the container to server, none lost');
      expect(failed).toContain('outside: the tap of vf1 counted what its containers sent and received');
      expect(failed.filter((title) => title.includes('vf0'))).toEqual([]);
    }
    await sandbox.inNamespace(['ip', 'link', 'set', 'guest-pf0.vf1', 'master', 'lan']);
  },
);

test(
  'cni-attach fails when CHECK passes whatever became of the container',
  { tags: 'thorough' },
  async () => {
    await breakPlugin('host-device', 'CHECK');
    expect(await failuresWith('host-device')).toEqual([
      'vf0: CHECK fails when the container has lost its address',
      'vf1: CHECK fails when the container has lost its address',
    ]);
  },
);

test(
  'cni-attach fails when DEL keeps the VF, and the VFs are the guest’s again afterwards',
  { tags: 'thorough' },
  async () => {
    await breakPlugin('host-device', 'DEL');
    const failed = await failuresWith('host-device');
    expect(failed).toContain('vf0: vf0 is back with its old name and MAC');
    expect(failed).toContain('vf0: the container has nothing but its loopback');
    const there = await inGuest('ip netns list; ls -d /sys/bus/pci/devices/0000:01:00.[12]/virtio*/net/*');
    expect(there.trim().split('\n')).toHaveLength(2);
    await mendPlugin('host-device');
  },
);

test(
  'cni-attach fails when SR-IOV CNI keeps the VF, or what it has noted of it',
  { tags: 'thorough' },
  async () => {
    await breakPlugin('sriov-virtio', 'DEL');
    const failed = await failuresWith('sriov-virtio');
    expect(failed).toContain('vf0: vf0 is back with its old name and MAC');
    expect(failed).toContain('vf0: the plugin keeps no record of it');
    expect(await inGuest('ip netns list; ls /var/lib/cni/sriov')).toBe('');
    await mendPlugin('sriov-virtio');
  },
);

test('cni-attach fails when SR-IOV CNI needs no help any more', { tags: 'thorough' }, async () => {
  await inGuest(`
    cd /opt/cni/bin
    mv sriov-virtio helper
    mkdir unmodified && mv sriov unmodified/sriov
    sed 's/^    //' >sriov <<'END'
    #!/bin/sh
    exec /opt/cni/bin/unmodified/helper
END
    cp sriov sriov-virtio
    mv helper unmodified/helper
    chmod 755 sriov sriov-virtio`);
  const failed = await failuresWith('sriov-virtio');
  expect(failed).toContain('vf0: SR-IOV CNI on its own looks for the PF where a virtio PF is not, and fails');
  expect(failed).toContain("vf0: vf0 is still in the guest's initial namespace");
});

test('cni-attach fails without the plugins, and says so', async () => {
  await inGuest('rm -r /opt/cni');
  const { exitCode, stdout } = await sandbox.lab('test', 'cni-virtio');
  expect(exitCode).toBe(1);
  for (const { failed } of parseReport(stdout).checks.values())
    expect(failed).toContain('the guest has the CNI plugins');
  await sandbox.lab('down', 'cni-virtio');
  expect(await sandbox.leftovers()).toEqual([]);
});
