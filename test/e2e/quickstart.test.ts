import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestResult } from '../../src/results/run.js';
import { Sandbox } from './support/sandbox.js';
import { parseReport } from './support/tap.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

test('lab test quickstart proves creation, no hotplug and traffic, and leaves nothing', async () => {
  const junit = join(sandbox.folder, 'result.xml');
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'quickstart', '--junit', junit);

  const report = parseReport(stdout);
  expect([...report.checks.keys()]).toEqual(['vf-creation', 'hotplug-free', 'traffic']);
  expect([...report.checks.values()].flatMap(({ failed }) => failed)).toEqual([]);
  expect(report.ok).toBe(true);
  expect(exitCode, stderr).toBe(0);
  expect(report.checks.get('vf-creation')?.passed).toContain('in each of 10 cycles: the same identities');
  expect(report.checks.get('hotplug-free')?.passed).toContain('QMP raised no device event');
  expect(report.checks.get('traffic')?.passed).toContain('server to vf2: 20 packets, none lost');
  expect(stdout).toMatch(/# vf0 to server, netperf TCP_RR.*Trans\/s.*\((TCG|KVM)\)/);
  expect(readFileSync(junit, 'utf8')).toContain('<testsuite name="traffic"');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a lab can be brought up, looked at, tested in part and taken down', async () => {
  const up = await sandbox.lab('up', 'quickstart', '--json');
  expect(up.exitCode, up.stderr).toBe(0);
  expect(JSON.parse(up.stdout)).toMatchObject({ lab: 'quickstart', changed: true });

  const again = await sandbox.lab('up', 'quickstart', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ changed: false });

  const status = JSON.parse((await sandbox.lab('status', '--json')).stdout) as {
    labs: { state: string; machines: object[] }[];
  };
  expect(status.labs).toMatchObject([
    { state: 'up', machines: [{ name: 'guest', state: 'up' }], peers: [{ name: 'server' }] },
  ]);

  const made = await sandbox.lab(
    'exec',
    'quickstart',
    'guest',
    '--',
    'sh',
    '-c',
    'echo 2 > /sys/bus/pci/devices/0000:01:00.0/sriov_numvfs; ls /sys/class/net',
  );
  expect(made.stdout.split(/\s+/)).toEqual(expect.arrayContaining(['eth0', 'eth1', 'eth2']));
  expect((await sandbox.lab('exec', 'quickstart', 'guest', '--', 'sh', '-c', 'exit 7')).exitCode).toBe(7);
  const repeated = await sandbox.lab(
    'exec',
    'quickstart',
    'guest',
    '--',
    'echo',
    'guest',
    'a',
    'quickstart',
    'a',
  );
  expect(repeated.stdout).toBe('guest a quickstart a');
  expect((await sandbox.lab('exec', 'quickstart', 'server', '--', 'ip', '-br', 'address')).stdout).toContain(
    '10.0.0.1/24',
  );
  expect((await sandbox.lab('exec', 'quickstart', 'nobody', '--', 'true')).stderr).toContain(
    'LAB-MEMBER-UNKNOWN',
  );

  const part = await sandbox.lab('test', 'quickstart', '--check', 'hotplug-free', '--json');
  expect(part.exitCode, part.stderr).toBe(0);
  expect((JSON.parse(part.stdout) as TestResult).checks.map(({ check }) => check)).toEqual(['hotplug-free']);
  expect(sandbox.record().holder).not.toBeNull();

  expect((await sandbox.lab('logs', 'quickstart', 'guest.console')).stdout).toContain('BusyBox');
  expect((await sandbox.lab('logs', 'quickstart', 'events')).stdout).toContain('machine-ready');

  const { id } = sandbox.record();
  expect((await sandbox.lab('down', 'quickstart')).stdout).toContain('down: quickstart');
  expect(await sandbox.leftovers()).toEqual([]);
  expect((await sandbox.lab('down', 'quickstart')).stdout).toContain('nothing was up');
  expect(existsSync(join(sandbox.run(id), 'guest.console.log'))).toBe(true);
});
