/** @module-tag thorough */
import { readEnvironment } from '../../src/cli/environment.js';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  copyFileSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { catalogued } from '../../src/images/catalog.js';
import { prepareLab, type PrepareOptions } from '../../src/lab/prepare.js';
import { readLab } from '../../src/definition/read-lab.js';
import { verifyImage } from '../../src/lab/verify-image.js';
import { withLab } from '../../src/lab/with-lab.js';
import type { Image } from '../../src/model/lab.js';
import { silentTask } from '../../src/model/task.js';
import { findToolchain } from '../../src/toolchain/resolve.js';
import type { Toolchain } from '../../src/toolchain/types.js';
import { serveFile, type FileServer } from '../support/file-server.js';
import { rockyStandIn } from '../support/stand-in/stand-in.js';
import { Sandbox, type LabOutcome } from '../e2e/support/sandbox.js';
import { parseReport } from '../e2e/support/tap.js';

/*
 * The path that images of Rocky Linux are built by, with the real libguestfs and virt-customize, on disks that only take themselves for
 * Rocky Linux 9: see test/support/stand-in. Rocky's own disks are built in .github/workflows/images.yml, where their mirrors are reached.
 */

const shared = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sriov-lab');
const BUILD_LIMIT_MS = 280_000;
/** Three layers, each by a machine of libguestfs under emulation, perhaps beside another test. */
const RECIPE_LIMIT_MS = 1_800_000;
let sandbox: Sandbox;
let toolchain: Toolchain;

beforeAll(async () => {
  const found = await findToolchain({ environment: readEnvironment() }, silentTask());
  if (found === undefined) throw new Error('there is no toolchain');
  toolchain = found;
});

/** Of debian-13: what Go builds is the same for both. Another test may prune them meanwhile; then they are built here once more. */
function copyArtefacts(target: string): void {
  const copy = `${target}.copy`;
  try {
    cpSync(join(shared, 'images/artefacts'), copy, { recursive: true });
    renameSync(copy, target);
  } catch {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** A cache of its own, with what is not under test here of the shared one. */
function newCache(): void {
  sandbox = new Sandbox();
  const cache = join(sandbox.folder, 'cache/sriov-lab');
  mkdirSync(join(cache, 'images'), { recursive: true });
  mkdirSync(join(shared, 'libguestfs'), { recursive: true });
  for (const name of ['toolchain', 'libguestfs']) symlinkSync(join(shared, name), join(cache, name));
  copyArtefacts(join(cache, 'images/artefacts'));
  sandbox.env['XDG_CACHE_HOME'] = join(sandbox.folder, 'cache');
}

function inCache(path: string): string {
  return join(sandbox.folder, 'cache/sriov-lab/images', path);
}

/** Finished layers. */
function layers(): string[] {
  if (!existsSync(inCache('layers'))) return [];
  return readdirSync(inCache('layers'))
    .filter((name) => name !== 'lock' && !name.endsWith('.json'))
    .sort();
}

/** `base`: as it stands in a definition. */
function define(base: string, ...components: string[]): string {
  const file = join(sandbox.folder, 'lab.yaml');
  writeFileSync(
    file,
    `images: { mine: { base: ${base}, components: [${components.join(', ')}] } }\nmachines: { guest: { image: mine } }\n`,
  );
  return file;
}

async function onImage(command: string, file: string, ...flags: string[]): Promise<LabOutcome> {
  const image = ['image', command, 'mine', '--lab', file, ...flags];
  const { exitCode, signal, stdout, stderr } = await sandbox.startFor(BUILD_LIMIT_MS, ...image);
  return { exitCode, signal, stdout, stderr };
}

async function show(file: string) {
  return JSON.parse((await onImage('show', file, '--json')).stdout) as {
    state: string;
    layers: { title: string; digest: string; packages: Record<string, string> | null }[];
  };
}

/** Of the sandbox, when what was killed has had time to end: libguestfs looks after its machine every two seconds. */
async function processes(): Promise<string[]> {
  for (let tries = 0; tries < 100 && sandbox.processes().length > 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return sandbox.processes();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('on one partition with ext4, fetched', () => {
  let server: FileServer;
  let base: string;

  beforeAll(async () => {
    const content = readFileSync(await rockyStandIn('ext4', toolchain));
    newCache();
    server = await serveFile(content, { slowly: { bytes: 4_000_000, ms: 40 } });
    const sha256 = createHash('sha256').update(content).digest('hex');
    base = `{ url: '${server.url}/disk.qcow2', sha256: ${sha256} }`;
  });

  afterAll(async () => {
    await server.close();
    await sandbox.dispose();
  });

  test('a download that is interrupted by SIGKILL goes on where it ended, and the disk is built on', async () => {
    const file = define(base);
    const [, sha256 = ''] = /sha256: (\w+)/.exec(base) ?? [];
    const part = inCache(`downloads/${sha256}.part`);
    const running = sandbox.startFor(BUILD_LIMIT_MS, 'image', 'build', 'mine', '--lab', file);
    await until(() => existsSync(part) && statSync(part).size > 20_000_000);
    running.kill('SIGKILL');
    await running;
    expect(layers().filter((name) => /^[0-9a-f]+$/.test(name))).toEqual([]);

    const have = statSync(part).size;
    const { exitCode, stderr } = await onImage('build', file);
    expect(exitCode, stderr).toBe(0);
    expect(server.requests).toEqual([null, `bytes=${have}-`]);
    expect(layers()).toHaveLength(2);
    expect(existsSync(part)).toBe(false);
  });

  test('a build that is killed leaves no layer and nothing that goes on', async () => {
    const file = define(base, 'measure');
    const before = layers();
    const temporary = readdirSync('/tmp').filter((name) => name.startsWith('libguestfs'));
    const top = (await show(file)).layers.at(-1)?.digest.slice(0, 32) ?? '';
    const log = inCache(`logs/${top}.log`);
    const running = sandbox.startFor(BUILD_LIMIT_MS, 'image', 'build', 'mine', '--lab', file);
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('Installing packages'));
    running.kill('SIGKILL');
    await running;
    expect(await processes()).toEqual([]);
    expect(layers().filter((name) => /^[0-9a-f]+$/.test(name))).toEqual(before);
    expect(
      readdirSync('/tmp').filter((name) => name.startsWith('libguestfs') && !temporary.includes(name)),
    ).toEqual([]);
  });

  test('the next build finishes: the image boots, and its components answer', async () => {
    const file = define(base, 'measure');
    const { exitCode, stdout, stderr } = await onImage('verify', file);
    const { ok, checks } = parseReport(stdout);
    expect([...checks.keys()], stderr).toEqual(['guest-agent', 'measure']);
    expect(
      [...checks.values()].flatMap(({ failed }) => failed),
      stdout,
    ).toEqual([]);
    expect({ ok, exitCode }, stderr).toEqual({ ok: true, exitCode: 0 });
    expect(await processes()).toEqual([]);
  });

  test('what it is made of is told, down to the packages of each layer', async () => {
    const { state, layers: made } = await show(define(base, 'measure'));
    expect(state).toBe('built');
    expect(made.map(({ title }) => title)).toEqual([`${server.url}/disk.qcow2`, 'guest-agent', 'measure']);
    expect(made[0]?.packages).toEqual({ 'rocky-release': '9.6-1.el9' });
    expect(made[1]?.packages).toEqual({ 'qemu-guest-agent': '9.1.0-1.el9' });
    expect(made[2]?.packages).toEqual({ iperf3: '3.9-1.el9' });
  });

  test('what virt-customize was given stands beside the log, and SELinux’s labels were set', async () => {
    const top = (await show(define(base, 'measure'))).layers.at(-1)?.digest.slice(0, 32) ?? '';
    const commands = readFileSync(inCache(`logs/${top}.virt-customize/commands`), 'utf8');
    expect(commands).toMatch(/^install iperf3$/m);
    for (const [, name = ''] of commands.matchAll(/^upload ([^:]+):/gm))
      expect(existsSync(inCache(`logs/${top}.virt-customize/${name}`)), name).toBe(true);
    const log = readFileSync(inCache(`logs/${top}.log`), 'utf8');
    expect(log).toContain('lab-relabelled');
    expect(log).toMatch(/^\[ +\d+\.\d\] Installing packages: iperf3/m);
  });

  test('a second build does nothing and takes under a second', async () => {
    const file = define(base, 'measure');
    const times: number[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const started = Date.now();
      const { exitCode, stderr } = await onImage('build', file);
      times.push(Date.now() - started);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    }
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  test.each([
    [
      'a package whose script fails, which dnf ends with 0 after',
      'ssh',
      /not installed properly: .*scriptlet/,
    ],
    ['a package that there is none of', 'containerd', /containerd\.io/],
    ['a command of a component that fails', 'vdpa', /the script of vdpa failed/],
    ['a disk that is too small for the files', 'qemu', /the disk of the image is full/],
  ])('%s fails the build, and leaves no layer', async (_, component, reason) => {
    const before = layers();
    const { exitCode, stderr } = await onImage('build', define(base, component));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('LAB-IMAGE-INSTALL');
    expect(stderr).toMatch(reason);
    expect(layers()).toEqual(before);
  });
});

describe('with XFS, and /boot apart', () => {
  /** What lab builds rocky-9 of, on another disk than Rocky's. */
  let image: Image;
  /** In the sandbox's environment, which the tests below take over. */
  const options = (): PrepareOptions => ({
    toolchain: { environment: readEnvironment() },
    acceleration: 'auto',
    bootLimitMs: undefined,
  });
  const task = silentTask();

  beforeAll(async () => {
    const disk = await rockyStandIn('xfs', toolchain);
    const recipe = catalogued('rocky-9');
    if (recipe === undefined) throw new Error('there is no recipe of rocky-9');
    image = { ...recipe, base: disk, source: { kind: 'file', path: disk } };
    newCache();
    // Its functions are called here, as no definition can name this disk in the place of Rocky's.
    for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await sandbox.dispose();
  });

  test(
    'the image of rocky-9’s recipe is built and boots, and every component answers',
    async () => {
      const named = { name: image.name, image, kernelFlavour: 'cloud' } as const;
      const { checks } = await verifyImage(named, { ...options(), onResult: () => undefined }, task);
      const said = checks.map(({ title, ok, assertions }) => ({ title, ok, assertions }));
      expect(
        checks.map(({ title }) => title),
        JSON.stringify(said),
      ).toEqual(image.layers.flat().map(({ component }) => component));
      expect(said.filter(({ ok }) => !ok)).toEqual([]);
      expect(await processes()).toEqual([]);
    },
    RECIPE_LIMIT_MS,
  );

  test(
    'its root and /boot are XFS, its files have labels, and vp_vdpa came as Rocky’s kernel would bring it',
    async () => {
      const file = join(sandbox.folder, 'lab.yaml');
      writeFileSync(file, 'machines: { guest: { image: rocky-9 } }\n');
      const read = readLab(file);
      const lab = { ...read.lab, images: [image] };
      const prepared = await prepareLab({ ...read, lab }, options(), task);
      await withLab(prepared, { purpose: 'test', keep: false }, task, async ({ running }) => {
        const ask = [
          'cat /etc/rocky-release',
          'awk \'$2 == "/" || $2 == "/boot" { print $3 }\' /proc/mounts',
          'rpm -qf "$(modinfo -n vp_vdpa)"',
          'getfattr --only-values -n security.selinux /usr/bin/qemu-ga',
        ].join('; ');
        const guest = await running.guest('guest', task.signal);
        const { stdout, stderr } = await guest.run(['sh', '-c', ask]);
        expect(stdout, stderr).toContain('Rocky Linux release 9.6');
        expect(stdout.match(/^xfs$/gm), stdout).toHaveLength(2);
        expect(stdout).toContain('system_u:object_r:virt_qemu_ga_exec_t:s0');
        expect(stdout).toMatch(/^kernel-modules-/m);
      });
      expect(await processes()).toEqual([]);
    },
    RECIPE_LIMIT_MS,
  );
});

describe('where the disk comes from', () => {
  let server: FileServer | undefined;

  afterEach(async () => {
    await server?.close();
    server = undefined;
    await sandbox.dispose();
  });

  test('what does not have the checksum is not used, from a mirror of Rocky’s neither', async () => {
    newCache();
    server = await serveFile(randomBytes(100_000));
    const own = await onImage(
      'build',
      define(`{ url: '${server.url}/disk.qcow2', sha256: '${'0'.repeat(64)}' }`),
    );
    expect(own.exitCode).toBe(2);
    expect(own.stderr).toMatch(/SHA-256.*\[LAB-IMAGE-CHECKSUM\]/);
    sandbox.env['LAB_ROCKY_MIRROR'] = server.url;
    const rocky = await sandbox.lab('image', 'build', 'rocky-9');
    expect(rocky.exitCode).toBe(2);
    expect(rocky.stderr).toMatch(
      /9\.\d+\/images\/x86_64\/Rocky-9-GenericCloud-Base-.*\[LAB-IMAGE-CHECKSUM\]/,
    );
    expect(layers()).toEqual([]);
    expect(readdirSync(inCache('downloads'))).toEqual([]);
  });

  test('a mirror that is down, or has no such file, is told', async () => {
    newCache();
    server = await serveFile(Buffer.alloc(10), { status: 404 });
    sandbox.env['LAB_ROCKY_MIRROR'] = server.url;
    expect((await sandbox.lab('image', 'build', 'rocky-10')).stderr).toMatch(/LAB-IMAGE-DOWNLOAD[^]*404/);
    await server.close();
    expect((await sandbox.lab('image', 'build', 'rocky-10')).stderr).toMatch(
      /LAB-IMAGE-DOWNLOAD[^]*ECONNREFUSED/,
    );
  });

  test('a disk that is cut short, or that is not there, is told', async () => {
    const disk = await rockyStandIn('ext4', toolchain);
    newCache();
    expect((await onImage('build', define('./nowhere.qcow2'))).stderr).toMatch(
      /nowhere.*is not there.*LAB-IMAGE-BASE/,
    );
    copyFileSync(disk, join(sandbox.folder, 'short.qcow2'));
    truncateSync(join(sandbox.folder, 'short.qcow2'), 40_000_000);
    const { exitCode, stderr } = await onImage('build', define('./short.qcow2'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('LAB-IMAGE-BASE');
    expect(layers()).toEqual([]);
  });
});
