import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROJECT, Sandbox } from './support/sandbox.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

test('two `up` at once: one works, the other waits, says so and finds nothing to do', async () => {
  const outcomes = await Promise.all([
    sandbox.lab('up', 'quickstart', '--json'),
    sandbox.lab('up', 'quickstart', '--json'),
  ]);
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(outcomes.map(({ stdout }) => (JSON.parse(stdout) as { changed: boolean }).changed).sort()).toEqual([
    false,
    true,
  ]);
  expect(outcomes.some(({ stderr }) => /Wait for `lab up quickstart` \(process \d+\)/.test(stderr))).toBe(
    true,
  );
});

test('`down` works when the definition has gone', async () => {
  const folder = join(sandbox.folder, 'mine');
  cpSync(join(PROJECT, 'labs/quickstart'), folder, { recursive: true });
  expect((await sandbox.lab('up', folder)).exitCode).toBe(0);
  rmSync(folder, { recursive: true });
  expect((await sandbox.lab('down', folder)).stdout).toContain('down: mine');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('`up` starts a machine again whose QEMU was killed, and says why', async () => {
  await sandbox.lab('up', 'quickstart');
  const before = sandbox.record();
  process.kill(sandbox.pid('machine', 'guest'), 'SIGKILL');
  const status = JSON.parse((await sandbox.lab('status', 'quickstart', '--json')).stdout) as object;
  expect(status).toMatchObject({ labs: [{ state: 'partly up', machines: [{ state: 'ended' }] }] });

  const { stdout, exitCode } = await sandbox.lab('up', 'quickstart');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/keep +namespace/);
  expect(stdout).toMatch(/replace +machine guest: its QEMU has ended/);
  expect(sandbox.record().holder).toEqual(before.holder);
  expect((await sandbox.lab('exec', 'quickstart', 'guest', '--', 'true')).exitCode).toBe(0);
});

test('`up` makes the lab anew when what held it was killed', async () => {
  await sandbox.lab('up', 'quickstart');
  process.kill(sandbox.record().holder?.init.pid ?? 0, 'SIGKILL');
  const { stdout, exitCode } = await sandbox.lab('up', 'quickstart');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/replace +namespace lab: the process that held it has ended/);
});

/** As strace, perf and core dumps do. nsenter(1), which waits for QEMU, stops itself with it and does not go on with it. */
async function stopAndContinue(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(pid, 'SIGCONT');
}

test('`down` ends a lab whose QEMU was stopped, and one whose QEMU is stopped; `up` brings it up after that', async () => {
  expect((await sandbox.lab('up', 'quickstart')).exitCode).toBe(0);
  await stopAndContinue(sandbox.pid('machine', 'guest'));
  const down = await sandbox.lab('down', 'quickstart');
  expect(down.exitCode, down.stderr).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
  const up = await sandbox.lab('up', 'quickstart');
  expect(up.exitCode, up.stderr).toBe(0);
  process.kill(sandbox.pid('machine', 'guest'), 'SIGSTOP');
  expect((await sandbox.lab('down', 'quickstart')).exitCode).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('`up` keeps no namespace whose holder is about to be gone', async () => {
  expect((await sandbox.lab('up', 'quickstart')).exitCode).toBe(0);
  await stopAndContinue(sandbox.pid('machine', 'guest'));
  process.kill(sandbox.record().holder?.init.pid ?? 0, 'SIGKILL');
  const { stdout, exitCode, stderr } = await sandbox.lab('up', 'quickstart');
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/replace +namespace lab: the process that held it has ended/);
});

test('a changed definition replaces what has changed', async () => {
  const folder = join(sandbox.folder, 'mine');
  cpSync(join(PROJECT, 'labs/quickstart'), folder, { recursive: true });
  await sandbox.lab('up', folder);
  const definition = join(folder, 'lab.yaml');
  const more =
    'name: mine\nnetworks: { lan: { subnet: 10.0.0.0/24 } }\nmachines: { guest: { memory: 640M, nics: { pf0: { backend: { tap: lan }, vfs: 3 } } } }\n';
  writeFileSync(definition, more);
  const dry = await sandbox.lab('up', folder, '--dry-run');
  expect(dry.stdout).toMatch(/replace +namespace lab: the networks of the definition have changed/);
  const { exitCode, stderr } = await sandbox.lab('up', folder);
  expect(exitCode, stderr).toBe(0);
  expect((await sandbox.lab('exec', folder, 'guest', '--', 'free', '-m')).stdout).toMatch(
    /Mem: +5\d\d|Mem: +6\d\d/,
  );
});

test('the lab comes up while a lab of the same name from another folder is up', async () => {
  const folders = ['one', 'two'].map((name) => join(sandbox.folder, name, 'same'));
  for (const folder of folders) cpSync(join(PROJECT, 'labs/quickstart'), folder, { recursive: true });
  for (const folder of folders) expect((await sandbox.lab('up', folder)).exitCode).toBe(0);
  expect(readdirSync(join(sandbox.state, 'sriov-lab/labs'))).toHaveLength(2);
  expect((await sandbox.lab('down', 'same')).stderr).toContain('LAB-AMBIGUOUS');
  expect(
    (await sandbox.lab('exec', folders[1] ?? '', 'server', '--', 'ping', '-c', '1', '10.0.0.1')).exitCode,
  ).toBe(0);
});
