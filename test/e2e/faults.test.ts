import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from '../../src/cli/environment.js';
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

test.each([
  [
    'VIRTIO_CONSOLE, by which lab reaches the guest',
    'initcall_blacklist=virtio_console_init',
    ['LAB-MACHINE-KERNEL', 'guest.console.log', 'lacks', 'CONFIG_VIRTIO_CONSOLE', 'docs/toolchain.md'],
  ],
  [
    'that and a serial port',
    '8250.nr_uarts=0, initcall_blacklist=virtio_console_init',
    ['LAB-MACHINE-QEMU-ENDED', 'its console is empty', 'SERIAL_8250_CONSOLE', 'VIRTIO_CONSOLE'],
  ],
])('a kernel without %s is told at once', async (_, args, words) => {
  const folder = definition(`    kernelArguments: [${args}]\n${ONE_VF}`);
  const outcome = await sandbox.lab('test', folder);
  expectError(outcome, 3, ...words);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a kernel without a console on a serial port boots all the same', async () => {
  const folder = definition(`    kernelArguments: [8250.nr_uarts=0]\n${ONE_VF}`);
  expect((await sandbox.lab('test', folder)).exitCode).toBe(0);
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
  // The place is told, too.
  expect(stderr).toContain(`${sandbox.state}/`);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a state folder that cannot be written is told', async () => {
  writeFileSync(sandbox.state, 'a file where a folder should be');
  const outcome = await sandbox.lab('up', 'quickstart');
  expect(outcome.exitCode).not.toBe(0);
  expect(outcome.stderr).toContain('next: ');
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
});

/** Runs `lab` by way of a shell in namespaces of its own that prepares something; `exec "$@"` is lab. */
async function labAfter(script: string, ...argv: string[]): Promise<LabOutcome> {
  const lab = [process.execPath, join(PROJECT, 'bin/run.js'), ...argv];
  const { exitCode, signal, stdout, stderr } = await execa(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', ...lab],
    { env: sandbox.env, cwd: sandbox.folder, reject: false },
  );
  return { exitCode, signal, stdout, stderr };
}

/** Folders of labs that somebody else may look into. What is below a lab's private `run` is as private. */
function openFolders(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.includes('/run/'))
    .map((path) => join(folder, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    .filter((path) => (statSync(path).mode & 0o077) !== 0);
}

test('the folders of a lab are its user’s alone, while it is up and after, whatever the umask', async () => {
  // In this user namespace: the lab's own can only be entered from the one that it was made in.
  const open = async (...argv: string[]): Promise<number | undefined> => {
    const lab = [process.execPath, join(PROJECT, 'bin/run.js'), ...argv];
    const settings = { env: sandbox.env, cwd: sandbox.folder, reject: false } as const;
    return (await execa('sh', ['-c', 'umask 0; exec "$@"', 'sh', ...lab], settings)).exitCode;
  };
  expect(await open('up', 'quickstart')).toBe(0);
  expect(openFolders(sandbox.state)).toEqual([]);
  expect(await open('test', 'quickstart')).toBe(0);
  await sandbox.lab('down', 'quickstart');
  expect(openFolders(sandbox.state)).toEqual([]);
});

test('a whole cache that can only be read, such as that of a CI image, is used', async () => {
  const { cache } = readEnvironment();
  const readOnly = `mount --bind '${cache}' '${cache}' && mount -o remount,bind,ro,nosuid,nodev '${cache}' && exec "$@"`;
  const outcome = await labAfter(readOnly, 'test', 'quickstart', '--check', 'vf-creation');
  expect(outcome.stderr).not.toContain('LAB-');
  expect(outcome.exitCode).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});

test('a cache that can only be read and lacks something says so, with its place', async () => {
  const cache = join(sandbox.folder, 'empty');
  mkdirSync(cache);
  const readOnly = `mount --bind '${cache}' '${cache}' && mount -o remount,bind,ro,nosuid,nodev '${cache}' && XDG_CACHE_HOME='${cache}' exec "$@"`;
  expectError(await labAfter(readOnly, 'up', 'quickstart'), 2, 'LAB-ENV-CACHE-FOLDER', cache);
});

test('an image in the cache that was cut short is made again', async () => {
  // Beside the cache, so that its files can be linked instead of copied.
  const { cache } = readEnvironment();
  const copy = mkdtempSync(join(dirname(cache), 'lab-cache-'));
  try {
    await execa('cp', ['-al', cache, copy]);
    const micro = join(copy, 'sriov-lab/images/micro');
    const env = { ...sandbox.env, XDG_CACHE_HOME: copy };
    const dryRun = async (): Promise<string> => {
      const argv = [join(PROJECT, 'bin/run.js'), 'up', 'quickstart', '--dry-run'];
      return (await execa(process.execPath, argv, { env, cwd: sandbox.folder })).stderr;
    };
    // One that this version of lab has made: it has a list of its files.
    rmSync(micro, { recursive: true });
    expect(await dryRun()).toContain('Build the image micro');
    expect(await dryRun()).not.toContain('Build the image micro');
    const [name = ''] = readdirSync(micro).filter((entry) => /^[0-9a-f]+$/.test(entry));
    for (const file of ['kernel', 'initrd']) {
      const path = join(micro, name, file);
      const { size } = statSync(path);
      writeFileSync(path, readFileSync(path).subarray(0, 1000));
      expect(await dryRun()).toContain('Build the image micro');
      expect(statSync(path).size).toBe(size);
      rmSync(path);
      expect(await dryRun()).toContain('Build the image micro');
      expect(statSync(path).size).toBe(size);
    }
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test('an unshare that may not be executed is named, with its place', async () => {
  const bin = join(sandbox.folder, 'bin');
  mkdirSync(bin);
  const programs = readdirSync('/usr/bin').filter(
    (name) => statSync(`/usr/bin/${name}`, { throwIfNoEntry: false })?.isFile() === true,
  );
  for (const name of programs) if (name !== 'unshare') symlinkSync(`/usr/bin/${name}`, join(bin, name));
  writeFileSync(join(bin, 'unshare'), '#!/bin/sh\n', { mode: 0o644 });
  sandbox.env['PATH'] = bin;
  const outcome = await sandbox.lab('up', 'quickstart');
  expectError(outcome, 2, 'LAB-ENV-PROGRAM', `${join(bin, 'unshare')}: `, 'chmod +x');
  expect(await sandbox.leftovers()).toEqual([]);
});

test.each([24, 32, 40, 60])(
  '%i open files are enough for a lab, or are told to be too few',
  async (limit) => {
    const outcome = await labAfter(
      `ulimit -n ${limit}; exec "$@"`,
      'test',
      'quickstart',
      '--check',
      'vf-creation',
    );
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
    expect(outcome.stderr).not.toContain('LAB-INTERNAL');
    if (outcome.exitCode !== 0) expect(outcome.stderr).toMatch(/too many open files[^]*\n {2}next: /);
    await sandbox.lab('down', '--all');
    expect(await sandbox.leftovers()).toEqual([]);
  },
);

test('an empty HOME is not the working folder', async () => {
  sandbox.env['HOME'] = '';
  expect((await sandbox.lab('test', 'quickstart', '--check', 'vf-creation')).exitCode).toBe(0);
  expect(readdirSync(sandbox.folder)).toEqual(['state']);
});

test.each([
  ['once', ['SIGINT'], 'stopped by SIGINT'],
  ['twice, so that it leaves at once,', ['SIGINT', 'SIGINT'], 'the command ended at once'],
] as const)('a test that is interrupted %s has written JUnit with what ran', async (_, signals, why) => {
  const report = join(sandbox.folder, 'report.xml');
  const running = sandbox.start('test', 'quickstart', '--junit', report);
  const said = async (text: string): Promise<void> =>
    new Promise((resolve) => {
      running.stderr.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes(text)) resolve();
      });
    });
  await said('✔ vf-creation');
  for (const signal of signals) {
    const heard = said('interrupt again');
    running.kill(signal);
    // What is interrupted once may end soon after.
    await Promise.race([heard, running]);
  }
  expect((await running).exitCode).toBe(130);
  const text = readFileSync(report, 'utf8');
  expect(text).toContain('<testsuite name="vf-creation"');
  expect(text).toContain(`message="${why}"`);
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
