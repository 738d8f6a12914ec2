import { expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.js';
import { parseReport } from '../e2e/support/tap.js';
import { LIMIT_MS, useNestedLab } from './support/nested-lab.js';

const { sandbox, lab } = useNestedLab();

/** Runs a command in the lab that must succeed, and returns what it says. */
async function exec(member: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab('exec', 'vdpa', member, '--', ...argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

async function machineStates(): Promise<unknown> {
  const { stdout } = await lab('status', 'vdpa', '--json');
  const [status] = (JSON.parse(stdout) as { labs: LabStatus[] }).labs;
  return status?.machines.map(({ name, on, state }) => ({ name, on, state }));
}

test(
  'comes up with the guest in the server, is reached at any depth, passes its checks, and outlives what is killed',
  { timeout: LIMIT_MS },
  async () => {
    const up = await lab('up', 'vdpa');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stderr).toContain('Boot guest in server');
    // With KVM, on the SVM that TCG emulates: the log has what QEMU says of an accelerator that it does not get.
    if (up.stderr.includes('Boot server (TCG)'))
      expect((await lab('logs', 'vdpa', 'guest.qemu')).stdout).not.toContain('falling back');

    expect(await machineStates()).toEqual([
      { name: 'server', on: null, state: 'up' },
      { name: 'guest', on: 'server', state: 'up' },
    ]);
    expect(await exec('server', 'vdpa', 'dev', 'show')).toContain('guest-pf0.vf0: type network');
    expect(await exec('server.guest', 'hostname')).toBe('guest');
    expect(await exec('guest', 'sh', '-c', 'ls /sys/class/net')).toBe('eth0\nlo');

    const again = await lab('up', 'vdpa');
    expect(again.stdout).toContain('nothing was changed');

    // What the guest's console says is in the lab's folder on this computer as it is said.
    await exec('server.guest', 'sh', '-c', 'echo seen outside > /dev/ttyS0');
    expect((await lab('logs', 'vdpa', 'guest.console')).stdout).toContain('seen outside');

    const { exitCode, stdout, stderr } = await lab('test', 'vdpa');
    expect(exitCode, stdout + stderr).toBe(0);
    const { ok, checks } = parseReport(stdout);
    expect(ok).toBe(true);
    expect([...checks.keys()]).toEqual(['vf-creation', 'hotplug-free', 'traffic', 'vdpa-path']);

    const qemu = sandbox().pid('machine', 'guest');
    await exec('server', 'kill', '-9', String(qemu));
    expect(await machineStates()).toMatchObject([{ state: 'up' }, { name: 'guest', state: 'ended' }]);
    const plan = await lab('up', 'vdpa', '--dry-run');
    expect(plan.stdout).toMatch(/keep +machine server/);
    expect(plan.stdout).toContain('machine guest: its QEMU has ended');
    expect((await lab('exec', 'vdpa', 'server.guest', '--', 'true')).stderr).toContain('LAB-MACHINE-DOWN');

    // With the guest gone, the server itself is as it was before: no vDPA device, no VF, no module of the lab's.
    const undo =
      'cd /inside && sh functions-undo.sh && cat /sys/bus/pci/devices/0000:01:00.0/sriov_numvfs && echo /sys/module/*vdpa*';
    expect(await exec('server', 'sh', '-c', undo)).toBe('0\n/sys/module/*vdpa*');

    expect((await lab('down', 'vdpa')).exitCode).toBe(0);
    expect(await sandbox().leftovers()).toEqual([]);
  },
);
