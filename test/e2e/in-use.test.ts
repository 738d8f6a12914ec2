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
  await new Promise<void>((resolve) => {
    running.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (shown.test(said)) resolve();
    });
    void running.then(() => {
      resolve();
    });
  });
  // A promise of the command itself would resolve only when it ends.
  return { running };
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
