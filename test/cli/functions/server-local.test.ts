import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeQemu, lastWords, type Behaviour } from '../support/fake-qemu.js';
import { usePlace, type Outcome, type RunningCommand } from '../support/lab.js';
import { packageFolder } from '../../../src/model/folders.js';
import { FakeSystem, PF } from './fake-system.js';

const place = usePlace();
const LAB = join(packageFolder(), 'bin/run.js');
let fake: FakeSystem;
let before: Record<string, string>;

/** Root, as far as this process can tell, whoever runs the tests. */
function start(...argv: string[]): RunningCommand {
  return place().run(['unshare', '--user', '--map-root-user', process.execPath, LAB, ...argv]);
}

async function lab(...argv: string[]): Promise<Outcome> {
  return start(...argv).outcome;
}

function up(...more: string[]): string[] {
  return ['up', 'vdpa', '--accel', 'tcg', '--server', 'local', '--nic', PF, ...more];
}

function computerIs(kind: 'virtio' | 'mlx5', qemu: Behaviour): void {
  fake = new FakeSystem(mkdtempSync(join(place().folder, 'system-')), kind);
  const { environment } = place();
  environment['SYSFS'] = fake.sys;
  fakeQemu(place(), qemu);
  environment['PATH'] = `${fake.bin}:${environment['PATH'] ?? process.env['PATH'] ?? ''}`;
  before = fake.state();
}

/** The kernel's own folder of vDPA devices comes with the first. */
function asBefore(): void {
  const now = Object.entries(fake.state()).filter(([path]) => !/^sys\/bus\/vdpa(\/devices)?$/.test(path));
  expect(Object.fromEntries(now)).toEqual(before);
}

describe('this computer in the place of the server', () => {
  beforeEach(() => {
    computerIs('mlx5', 'silent');
  });

  it('is asked for: without an answer nothing is done', async () => {
    const { exitCode, stderr } = await lab(...up());
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`make 3 VFs of PF ${PF}`);
    expect(stderr).toContain('[LAB-NOT-AGREED]');
    expect(fake.calls()).toBe(0);
    asBefore();
  });

  it.each([
    [['--nic', 'eth0'], 2, 'LAB-USAGE'],
    [['--nic', `other=${PF}`], 2, 'LAB-SERVER'],
    [['--nic', '0000:09:00.0'], 3, 'LAB-HOST-PF'],
  ])('%j is told', async (nic, code, error) => {
    const { exitCode, stderr } = await lab(
      'up',
      'vdpa',
      '--accel',
      'tcg',
      '--server',
      'local',
      '--yes',
      ...nic,
    );
    expect(exitCode, stderr).toBe(code);
    expect(stderr).toContain(`[${error}]`);
    asBefore();
  });

  it('is for a lab with one machine that others run on', async () => {
    const { exitCode, stderr } = await lab('up', 'quickstart', '--server', 'local', '--nic', PF, '--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('[LAB-SERVER]');
  });

  it('has the lab’s VFs and vDPA devices while it is up; after a SIGKILL `lab down` takes them back', async () => {
    const running = start(...up('--yes', '--eswitch', 'switchdev'));
    await running.said('Boot guest');
    const state = fake.state();
    expect(state['eswitch']).toBe('switchdev');
    expect(Object.keys(state)).toContain('sys/bus/vdpa/devices/guest-pf0.vf1');
    running.process.kill('SIGKILL');
    await running.outcome;
    const { exitCode, stderr } = await lab('down', 'vdpa');
    expect(exitCode, stderr).toBe(0);
    asBefore();
  });
});

describe('a QEMU that dies', () => {
  it.each(['virtio', 'mlx5'] as const)('leaves nothing on a computer with %s', async (kind) => {
    computerIs(kind, 'dies');
    const { exitCode, stderr } = await lab(...up('--yes'));
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain(lastWords);
    expect(stderr).toContain('vdpa-path on guest is left out');
    expect(fake.calls()).toBeGreaterThan(10);
    asBefore();
    expect(existsSync(join(fake.work, 'functions.journal'))).toBe(false);
  });
});
