import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestResult } from '../../src/checks/result.js';
import type { LabStatus } from '../../src/lab/status.js';
import { Sandbox, type LabOutcome } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

/** Emulation inside emulation: a boot of the guest inside takes two minutes on a computer that does nothing else. */
const LIMIT_MS = 900_000;

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

async function lab(...args: string[]): Promise<LabOutcome> {
  const { exitCode, signal, stdout, stderr } = await sandbox.startFor(LIMIT_MS, ...args);
  return { exitCode, signal, stdout, stderr };
}

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

describe('labs/vdpa', () => {
  test(
    'comes up with the guest in the server, is reached at any depth, passes its checks, and outlives what is killed',
    { timeout: LIMIT_MS },
    async () => {
      const up = await lab('up', 'vdpa');
      expect(up.exitCode, up.stderr).toBe(0);
      expect(up.stderr).toContain('Boot guest in server');

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

      const qemu = sandbox.record().machines['guest']?.qemu?.pid;
      await exec('server', 'kill', '-9', String(qemu));
      expect(await machineStates()).toMatchObject([{ state: 'up' }, { name: 'guest', state: 'ended' }]);
      const plan = await lab('up', 'vdpa', '--dry-run');
      expect(plan.stdout).toMatch(/keep +machine server/);
      expect(plan.stdout).toContain('machine guest: its QEMU has ended');
      expect((await lab('exec', 'vdpa', 'server.guest', '--', 'true')).stderr).toContain('LAB-MACHINE-DOWN');

      // With the guest gone, the server itself is as it was before: no vDPA device, no VF, no module of the lab's.
      const undo =
        'cd /inside && sh functions-undo.sh && vdpa dev show && cat /sys/bus/pci/devices/0000:01:00.0/sriov_numvfs && echo /sys/module/vp_v*';
      expect(await exec('server', 'sh', '-c', undo)).toBe('0\n/sys/module/vp_v*');

      expect((await lab('down', 'vdpa')).exitCode).toBe(0);
      expect(await sandbox.leftovers()).toEqual([]);
    },
  );

  test(
    'with taps and a bridge in the server fails vdpa-path, and by that which it is about',
    { timeout: LIMIT_MS },
    async () => {
      const { exitCode, stdout, stderr } = await lab('test', 'vdpa-ablation', '--json');
      expect(exitCode, stderr).toBe(1);
      const { checks } = JSON.parse(stdout) as TestResult;
      const failed = checks.flatMap(({ assertions }) => assertions.filter(({ ok }) => !ok));
      expect(failed.map(({ title }) => title)).toEqual([
        'pf0: its netdev in QEMU is a vDPA device',
        'vf0: its netdev in QEMU is a vDPA device',
        'vf1: its netdev in QEMU is a vDPA device',
        'no interface of the system that QEMU runs on carried it',
        'QEMU itself neither read nor wrote it',
        'pf0: with QEMU stopped, packets still arrive in the guest’s memory',
        'vf0: with QEMU stopped, packets still arrive in the guest’s memory',
        'vf1: with QEMU stopped, packets still arrive in the guest’s memory',
      ]);
      expect(await sandbox.leftovers()).toEqual([]);
    },
  );
});

describe('what is in the way is told at the step, and nothing stays', () => {
  test.each([
    ['a module that is not to be had', 'module_blacklist=vp_vdpa', 'LAB-HOST-MODULE'],
    ['an IOMMU that the kernel does not use', 'intel_iommu=off', 'LAB-HOST-IOMMU'],
  ])('%s', async (_, argument, code) => {
    const setting = `machines.server.kernelArguments=["${argument}"]`;
    const { exitCode, stderr } = await lab('up', 'vdpa', '--set', setting);
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain(code);
    expect(stderr).toContain('next: ');
    expect(await sandbox.leftovers()).toEqual([]);
  });
});

/** Starts `lab up vdpa` and waits until it says that it is at a step. */
async function upUntil(step: RegExp) {
  const running = sandbox.startFor(LIMIT_MS, 'up', 'vdpa');
  await new Promise<void>((resolve) => {
    let said = '';
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (step.test(said)) resolve();
    });
    void running.then(() => {
      resolve();
    });
  });
  // In an object: a program that is awaited is one that has ended.
  return { running };
}

describe('whatever is killed, `lab down` leaves nothing', () => {
  test.each([
    ['the server boots', /Boot server/, 0],
    ['the server is prepared for the guest', /Boot server/, 4500],
    ['the guest boots', /Boot guest/, 3000],
  ])('the tool, while %s', async (_, step, ms) => {
    const { running } = await upUntil(step);
    await new Promise((resolve) => setTimeout(resolve, ms));
    running.kill('SIGKILL');
    await running;
    expect((await lab('down', 'vdpa')).exitCode).toBe(0);
    expect(await sandbox.leftovers()).toEqual([]);
  });

  test('the QEMU of the server, while the guest boots', async () => {
    const { running } = await upUntil(/Boot guest/);
    process.kill(sandbox.record().machines['server']?.qemu?.pid ?? 0, 'SIGKILL');
    const { exitCode, stderr } = await running;
    expect(exitCode, stderr).toBe(3);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await sandbox.leftovers()).toEqual([]);
  });
});
