/** @module-tag thorough */
import { execa } from 'execa';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.js';
import { GuestAgent, type GuestExecResult } from '../../src/qemu/guest-agent.js';
import { toSocket } from '../../src/qemu/unix-socket.js';
import { installServer, PROGRAMS } from './support/installed-server.js';
import { Sandbox } from '../e2e/support/sandbox.js';
import { LIMIT_MS } from './support/nested-lab.js';

const PF = '0000:01:00.0';
/** What of the server's PCI functions and vDPA devices must be as before. Its second NIC is not the lab's. */
const STATE = `cd /sys/bus/pci/devices && for bdf in 0000:01:00.* 0000:02:00.*; do
    echo "$bdf $(basename "$(readlink "$bdf/driver")") $(cat "$bdf/driver_override") $(cat "$bdf/sriov_numvfs" 2>/dev/null)"
done; vdpa dev show`;
const FOREIGN = `for module in vhost_vdpa vp_vdpa; do modprobe $module; done
cd /sys/bus/pci/devices && echo 1 > 0000:02:00.0/sriov_numvfs && sleep 1
echo vp-vdpa > 0000:02:00.1/driver_override && echo 0000:02:00.1 > 0000:02:00.1/driver/unbind
echo 0000:02:00.1 > /sys/bus/pci/drivers_probe && vdpa dev add name foreign mgmtdev pci/0000:02:00.1`;

test(
  'lab runs on a server, with its PF: up, a guest on its VFs, and after a kill all is taken back but what is others’',
  { timeout: LIMIT_MS },
  async () => {
    const sandbox = new Sandbox();
    const folder = join(sandbox.folder, 'rendered');
    const settings = [
      ['--set', 'machines.server.memory=4G'],
      ['--set', 'machines.server.nics.pf1={ backend: { tap: lan }, vfs: 1 }'],
    ].flat();
    const rendered = await sandbox.lab('render', 'vdpa', '-o', folder, '--images', '--json', ...settings);
    expect(rendered.exitCode, rendered.stderr).toBe(0);
    const { qemu } = JSON.parse(rendered.stdout) as { qemu: string };
    const guest = await sandbox.lab('render', 'quickstart', '-o', join(sandbox.folder, 'micro'), '--images');
    expect(guest.exitCode, guest.stderr).toBe(0);
    await installServer(join(folder, 'server.initrd'), sandbox.folder, {
      toolchain: dirname(dirname(qemu)),
      micro: dirname(realpathSync(join(sandbox.folder, 'micro/guest.kernel'))),
    });

    const server = execa('./run.sh', {
      cwd: folder,
      env: { QEMU: qemu },
      reject: false,
      forceKillAfterDelay: 2000,
    });
    try {
      const agent = await GuestAgent.open(
        toSocket(join(folder, 'server.agent')),
        AbortSignal.timeout(300_000),
      );
      const sh = async (script: string): Promise<GuestExecResult> =>
        agent.run([
          '/bin/sh',
          '-c',
          `export HOME=/root PATH=${PROGRAMS}:/bin:/sbin:/usr/bin:/usr/sbin; ${script}`,
        ]);
      const lab = async (command: string): Promise<GuestExecResult> =>
        sh(`cd /root && node /opt/lab/bin/run.js ${command} </dev/null`);
      // An emulator that is emulated: `lab` there cannot know how slow it is.
      const hardware = `--server local --nic ${PF} --accel tcg --boot-timeout 800`;

      const foreign = await sh(FOREIGN);
      expect(foreign.exitCode, foreign.stderr).toBe(0);
      const before = (await sh(STATE)).stdout;
      expect(before).toContain('foreign: type network');

      const unasked = await lab(`up vdpa ${hardware}`);
      expect(unasked.exitCode, unasked.stderr).toBe(2);
      expect(unasked.stderr).toContain('LAB-NOT-AGREED');
      expect((await sh(STATE)).stdout).toBe(before);
      const absent = await lab('up vdpa --server local --nic 0000:09:00.0 --accel tcg --yes');
      expect(absent.exitCode, absent.stderr).toBe(3);
      expect(absent.stderr).toContain('LAB-HOST-PF');
      expect((await sh(STATE)).stdout).toBe(before);

      // Three VFs that were there before, and the interface of one in a container's namespace.
      const elsewhere = await sh(`cd /sys/bus/pci/devices/${PF} && echo 3 > sriov_numvfs && sleep 1
        ip netns add container && ip link set "$(ls virtfn1/virtio*/net)" netns container && ls virtfn1/virtio*/net`);
      expect(elsewhere, elsewhere.stderr).toMatchObject({ exitCode: 0, stdout: '' });
      const busy = await lab(`up vdpa ${hardware} --yes`);
      expect(busy.exitCode, busy.stderr).toBe(3);
      expect(busy.stderr).toContain('LAB-HOST-FUNCTION-BUSY');
      expect(busy.stderr).toContain('in another network namespace');
      await sh(`ip netns del container; echo 0 > /sys/bus/pci/devices/${PF}/sriov_numvfs`);
      expect((await sh(STATE)).stdout).toBe(before);

      const up = await lab(`up vdpa ${hardware} --yes --json`);
      expect(up.exitCode, up.stderr).toBe(0);
      expect(JSON.parse(up.stdout)).toMatchObject({ lab: 'vdpa' });
      expect((await sh(STATE)).stdout).toContain('guest-pf0.vf1: type network mgmtdev pci/0000:01:00.3');
      expect((await lab('exec vdpa guest -- ls /sys/class/net')).stdout).toBe('eth0\nlo\n');

      const status = async (): Promise<{ labs: LabStatus[] }> =>
        JSON.parse((await lab('status vdpa --json')).stdout) as { labs: LabStatus[] };
      const guestNow = (await status()).labs[0]?.machines[0];
      expect(guestNow).toMatchObject({ name: 'guest', on: null, state: 'up' });
      const killed = await sh(`kill -9 ${guestNow?.pid ?? 'none'}`);
      expect(killed.exitCode, killed.stderr).toBe(0);
      expect(await status()).toMatchObject({
        labs: [{ state: 'partly up', machines: [{ state: 'ended' }] }],
      });
      const down = await lab('down vdpa');
      expect(down.exitCode, down.stderr).toBe(0);
      expect((await sh(STATE)).stdout).toBe(before);
      agent.close();
    } finally {
      server.kill('SIGKILL');
      await server;
      await sandbox.dispose();
    }
    expect(sandbox.processes()).toEqual([]);
  },
);
