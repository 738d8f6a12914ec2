import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './support/sandbox.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

/** Starts a command, and returns once its progress shows this. */
async function startedUntil(shown: RegExp, ...args: string[]) {
  const running = sandbox.start(...args);
  let said = '';
  let over = false;
  await new Promise<void>((resolve) => {
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (shown.test(said)) resolve();
    });
    void running.then(() => {
      over = true;
      resolve();
    });
  });
  // A promise of the command itself would resolve only when it ends.
  return { running, isOver: () => over };
}

/** The processes in the guest that run the script of a check. */
async function ofScripts(): Promise<string> {
  const find = 'ps | grep "[/]vf-creation.sh"; true';
  const { stdout, exitCode, stderr } = await sandbox.lab(
    'exec',
    'quickstart',
    'guest',
    '--',
    'sh',
    '-c',
    find,
  );
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

async function passes(check: string): Promise<void> {
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'quickstart', '--check', check, '--json');
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
}

const SCRIPT_RUNS = /vf-creation/;

test('two tests of one lab queue, and who is not to wait is told who has it', async () => {
  const { running } = await startedUntil(/Boot guest/, 'test', 'quickstart', '--check', 'vf-creation');
  for (const command of [
    ['test', 'quickstart'],
    ['down', 'quickstart'],
    ['up', 'quickstart'],
  ]) {
    const { exitCode, stderr } = await sandbox.lab(...command, '--no-wait');
    expect({ command, exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /`lab test quickstart` \(process \d+\) is using this lab \[LAB-BUSY\]/,
      ) as string,
    });
  }
  const second = await sandbox.lab('test', 'quickstart', '--check', 'vf-creation');
  expect(second.exitCode, second.stderr).toBe(0);
  expect(second.stderr).toMatch(/Wait for `lab test quickstart` \(process \d+\)/);
  expect((await running).exitCode).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('who looks at a lab that is tested does not wait for the test, and does not disturb it', async () => {
  await sandbox.lab('up', 'quickstart');
  const { running, isOver } = await startedUntil(SCRIPT_RUNS, 'test', 'quickstart', '--check', 'vf-creation');
  const looks = [
    ['exec', 'quickstart', 'guest', '--', 'true'],
    ['status', 'quickstart'],
    ['logs', 'quickstart', 'guest.console'],
    ['exec', 'quickstart', 'guest', '--', 'sleep', '1'],
  ];
  for (const look of looks) {
    const { exitCode, stderr } = await sandbox.lab(...look);
    expect({ look, exitCode, stderr, over: isOver() }).toEqual({
      look,
      exitCode: 0,
      stderr: '',
      over: false,
    });
  }
  const { exitCode, stdout } = await running;
  expect(exitCode, stdout).toBe(0);
});

test('a test with other settings leaves a lab alone that is up, and runs beside it', async () => {
  await sandbox.lab('up', 'quickstart');
  const before = sandbox.record();
  const settings = ['--set', 'machines.guest.nics.pf0.vfs=2', '--check', 'vf-creation'];
  const { exitCode, stdout, stderr } = await sandbox.lab('test', 'quickstart', ...settings, '--json');
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toContain('quickstart is up with other settings and stays as it is');
  expect(JSON.parse(stdout)).toMatchObject({ instance: expect.stringMatching(/^tmp-\d+$/) as string });
  expect(sandbox.record()).toEqual(before);
  const status = await sandbox.lab('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ labs: [{ id: before.id, state: 'up' }] });
  await sandbox.lab('down', 'quickstart');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('instances of one lab are up side by side, even with long names', async () => {
  const names = ['a'.repeat(32), 'two'];
  const ups = await Promise.all(
    names.map(async (name) => sandbox.lab('up', 'quickstart', '--instance', name)),
  );
  expect(ups.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  for (const name of names) {
    const named = ['exec', 'quickstart', '--instance', name, 'guest', '--'];
    expect((await sandbox.lab(...named, 'touch', `/tmp/${name}`)).exitCode).toBe(0);
    expect((await sandbox.lab(...named, 'ls', '/tmp')).stdout.trim()).toBe(name);
  }
  expect((await sandbox.lab('exec', 'quickstart', 'guest', '--', 'true')).stderr).toContain('--instance');
  const [first = '', second = ''] = names;
  await sandbox.lab('down', 'quickstart', '--instance', first);
  const { stdout } = await sandbox.lab('status', 'quickstart');
  expect(stdout).toMatch(new RegExp(`^quickstart --instance ${second}: up`));
  expect(stdout).not.toContain(first);
});

test('Ctrl-C in `lab test` of a lab that stays up ends the guest’s script, and the next test is not disturbed', async () => {
  await sandbox.lab('up', 'quickstart');
  const { running } = await startedUntil(SCRIPT_RUNS, 'test', 'quickstart', '--check', 'vf-creation');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(130);
  expect(await ofScripts()).toBe('');
  await passes('traffic');
});

test('what a killed `lab test` leaves running in the guest ends before the next script begins', async () => {
  await sandbox.lab('up', 'quickstart');
  const { running } = await startedUntil(SCRIPT_RUNS, 'test', 'quickstart', '--check', 'vf-creation');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  running.kill('SIGKILL');
  await running;
  await passes('traffic');
  expect(await ofScripts()).toBe('');
});
