import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROJECT, Sandbox, type LabOutcome } from './support/sandbox.js';

let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(async () => {
  await sandbox.dispose();
});

/** A lab of one machine with these lines of its own. */
function definition(machine: string): string {
  const folder = join(sandbox.folder, 'faulty');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'lab.yaml'), `machines:\n  guest:\n${machine}\nchecks: [vf-creation]\n`);
  return folder;
}

const ONE_VF = '    nics: { pf0: { backend: user, vfs: 1 } }';

function expectError(outcome: LabOutcome, exitCode: number, ...words: string[]): void {
  expect(outcome.exitCode, outcome.stderr).toBe(exitCode);
  for (const word of [...words, 'next: ']) expect(outcome.stderr).toContain(word);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  expect(outcome.stdout).toBe('');
}

test('a QEMU that dies at once is told with its own words', async () => {
  const qemu = join(sandbox.folder, 'dying-qemu');
  writeFileSync(
    qemu,
    '#!/bin/sh\ncase "$*" in\n*help*) echo "  sriov-pf=<str>" ;;\n*version*) echo "QEMU emulator version 11.0.0" ;;\n*) echo "no such thing: $#" >&2; exit 1 ;;\nesac\n',
  );
  chmodSync(qemu, 0o755);
  const outcome = await sandbox.lab('test', 'quickstart', '--qemu', qemu, '--accel', 'tcg');
  expectError(outcome, 3, 'LAB-MACHINE-QEMU-ENDED', 'exit code 1', 'no such thing');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a guest whose kernel crashes is told at once, with the end of its console', async () => {
  const folder = definition(`    kernelArguments: [rdinit=/nowhere, root=/dev/nowhere]\n${ONE_VF}`);
  const outcome = await sandbox.lab('test', folder);
  expectError(outcome, 3, 'LAB-MACHINE-QEMU-ENDED', 'Kernel panic');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a guest that never answers is given up, and the place of its console is named', async () => {
  const folder = definition(`    kernelArguments: [rdinit=/bin/cat]\n${ONE_VF}`);
  const outcome = await sandbox.lab('test', folder, '--boot-timeout', '8');
  expectError(outcome, 3, 'LAB-MACHINE-BOOT', 'not up within 8 s', 'guest.console.log');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a full disk is told, with the place, and nothing is left', async () => {
  // A file system of 40 kB for the state, in a mount namespace of this test's own.
  const script = 'mount -t tmpfs -o size=40k tmpfs "$1" && exec "$2" "$3" up quickstart';
  mkdirSync(sandbox.state);
  const outcome = await execa(
    'unshare',
    [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      sandbox.state,
      process.execPath,
      join(PROJECT, 'bin/run.js'),
    ],
    { env: sandbox.env, cwd: sandbox.folder, reject: false },
  );
  const { exitCode, stdout, stderr } = outcome;
  expectError({ exitCode, stdout, stderr, signal: undefined }, 2, 'LAB-ENV-DISK-FULL', 'the disk is full');
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a state folder that cannot be written is told', async () => {
  writeFileSync(sandbox.state, 'a file where a folder should be');
  const outcome = await sandbox.lab('up', 'quickstart');
  expect(outcome.exitCode).not.toBe(0);
  expect(outcome.stderr).toContain('next: ');
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
});

test('a check whose machine goes away in its midst fails', async () => {
  await sandbox.lab('up', 'quickstart');
  const running = sandbox.start('test', 'quickstart', '--check', 'vf-creation');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  process.kill(sandbox.pid('machine', 'guest'), 'SIGKILL');
  const { exitCode, stdout } = await running;
  expect(exitCode).toBe(1);
  expect(stdout).toContain('not ok');
  expect(stdout).toContain('the machine went away');
});
