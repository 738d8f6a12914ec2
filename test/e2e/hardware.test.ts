import { execa } from 'execa';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { GuestAgent, type GuestExecResult } from '../../src/qemu/guest-agent.js';
import { toSocket } from '../../src/qemu/unix-socket.js';
import { installServer, PROGRAMS } from './support/installed-server.js';
import { Sandbox } from './support/sandbox.js';

/** Emulation inside emulation: see nested.test.ts. */
const LIMIT_MS = 900_000;

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
      const hardware = `--server local --nic ${PF} --accel tcg`;

      const foreign = await sh(FOREIGN);
      expect(foreign.exitCode, foreign.stderr).toBe(0);
      const before = (await sh(STATE)).stdout;
      expect(before).toContain('foreign: type network');

      const unasked = await lab(`up vdpa ${hardware}`);
      expect(unasked.exitCode, unasked.stderr).toBe(2);
      expect(unasked.stderr).toContain('LAB-NOT-AGREED');
      expect((await sh(STATE)).stdout).toBe(before);

      const up = await lab(`up vdpa ${hardware} --yes`);
      expect(up.exitCode, up.stderr).toBe(0);
      expect((await sh(STATE)).stdout).toContain('guest-pf0.vf1: type network mgmtdev pci/0000:01:00.3');
      expect((await lab('exec vdpa guest -- ls /sys/class/net')).stdout).toBe('eth0\nlo\n');

      await sh('pkill -9 -f sleep.infinity; pkill -9 qemu-system');
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
