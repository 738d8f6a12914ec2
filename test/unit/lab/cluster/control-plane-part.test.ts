import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { MachineHost } from '../../../../src/hosts/host.js';
import { writeCredentials } from '../../../../src/lab/cluster/credentials.js';
import { controlPlaneKind } from '../../../../src/lab/parts/control-plane.js';
import type { Part } from '../../../../src/lab/parts/part.js';
import { partsOf } from '../../../../src/lab/parts/parts-of.js';
import type { PreparedLab } from '../../../../src/lab/prepare.js';
import { keyOf, LabFolder } from '../../../../src/lab/record.js';
import type { Site } from '../../../../src/lab/site.js';
import type { Kubernetes } from '../../../../src/model/kubernetes.js';
import { silentTask } from '../../../../src/model/task.js';
import { runOrThrow, type RunResult } from '../../../../src/process/run.js';
import { controlPlaneInGuest, kubernetes, labWithCluster } from '../../../support/cluster.js';
import { partOf, preparedCluster } from '../../../support/prepared-cluster.js';
import { record, recorded } from '../../../support/record.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

const NETWORK = 'network networks and peers';
const PART = 'control-plane guest';
const inGuest: Kubernetes = { ...kubernetes, controlPlane: controlPlaneInGuest };

function prepared(cluster: Kubernetes = inGuest, digest = 'programs'): PreparedLab {
  return preparedCluster(cluster, 'tcg', digest);
}

function partNamed(key: string, of = prepared()): Part {
  return partOf(of, key);
}

/** A lab whose machine takes files and runs commands. `there`: whether a file is in the machine. */
function site(answer: (command: string) => Partial<RunResult> = () => ({}), there = true) {
  const done: string[] = [];
  const put = new Map<string, string>();
  const limits: (number | undefined)[] = [];
  const folder = new LabFolder(scratch(), 'example-12345678');
  const run: MachineHost['run'] = async (argv, { timeoutMs } = {}) => {
    done.push(argv.join(' '));
    limits.push(timeoutMs);
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer(argv.join(' ')) });
  };
  const host = {
    description: 'machine guest',
    run,
    putFile: async (path: string, content: Uint8Array) => {
      put.set(path, Buffer.from(content).toString());
      return Promise.resolve();
    },
    exists: async (path: string) => {
      done.push(`exists ${path}`);
      return Promise.resolve(there);
    },
  };
  for (const { path, content } of prepared().artefacts) {
    mkdirSync(dirname(join(folder.run, path)), { recursive: true });
    writeFileSync(join(folder.run, path), content);
  }
  writeCredentials(folder.run, 'example', inGuest);
  const fake = {
    folder,
    record: record(labWithCluster(inGuest)),
    host: async (place: object) => Promise.resolve({ ...host, description: JSON.stringify(place) }),
    guest: async () => Promise.resolve({ run }),
    log: (event: string) => done.push(`log ${event}`),
  };
  return { done, put, limits, folder, host: host as unknown as MachineHost, at: fake as unknown as Site };
}

it('a control plane in a machine follows the machine, and the node in the same machine follows both', () => {
  expect(partsOf(prepared()).map((part) => [keyOf(part), part.place, part.needs])).toEqual([
    ['namespace lab', 'namespace', []],
    ['credentials of the cluster', 'namespace', ['namespace lab']],
    [NETWORK, 'namespace', ['namespace lab']],
    ['machine guest', 'namespace', [NETWORK]],
    [PART, { machine: 'guest' }, ['machine guest', 'credentials of the cluster']],
    ['service etcd', { machine: 'guest' }, ['machine guest', PART]],
    ['service kube-apiserver', { machine: 'guest' }, ['machine guest', 'service etcd']],
    ['service kube-controller-manager', { machine: 'guest' }, ['machine guest', 'service kube-apiserver']],
    ['service kube-scheduler', { machine: 'guest' }, ['machine guest', 'service kube-apiserver']],
    ['node guest', { machine: 'guest' }, ['machine guest', 'service kube-apiserver']],
  ]);
});

it('a control plane in a peer needs no part of a machine', () => {
  expect(partsOf(prepared(kubernetes)).map(({ kind }) => kind)).not.toContain('control-plane');
});

it('the machine of a control plane is replaced with the script that prepares it', () => {
  const moved = { ...controlPlaneInGuest, uplink: 'pf0', address: '10.0.0.11' };
  const after = prepared({ ...kubernetes, controlPlane: moved });
  const renewed = partsOf(after).filter(({ digest }, index) => digest !== partsOf(prepared())[index]?.digest);
  expect(renewed.map(keyOf)).toEqual(
    expect.arrayContaining(['machine guest', PART, 'service kube-apiserver']),
  );
});

it('a machine gets what the control plane needs, and an address', async () => {
  const { at, done, put, limits, folder } = site();
  const part = partNamed(PART);
  await (
    await part.up(at, silentTask())
  )();
  const authority = readFileSync(join(folder.run, 'kubernetes/pki/ca.crt'), 'utf8').trim();
  expect(done).toEqual([
    'mkdir -p -m 0700 /inside',
    `sh -c [ "$(cat kubernetes/pki/ca.crt 2>/dev/null)" = "$0" ] || rm -rf kubernetes ${authority}`,
    'mkdir -p -m 0700 kubernetes kubernetes/pki',
    'sh control-plane.sh',
    'log control-plane-prepared',
  ]);
  expect(limits.at(-1)).toBe(300_000);
  const read = (path: string): string => readFileSync(join(folder.run, path), 'utf8');
  expect(put.get('control-plane.sh')).toBe(read('guest/control-plane.sh'));
  for (const path of [
    'kubernetes/pki/ca.key',
    'kubernetes/admin.kubeconfig',
    'kubernetes/scheduler.kubeconfig',
  ])
    expect([path, put.get(path)]).toEqual([path, read(path)]);
  // Neither links to programs of this computer nor what belongs to nodes.
  for (const path of put.keys())
    expect(path).toMatch(
      /^(control-plane\.sh|kubernetes\/(pki\/[a-z-]+\.(crt|key|pub)|[a-z]+\.kubeconfig))$/,
    );
  expect(readFileSync(folder.log('guest.control-plane'), 'utf8')).toBe('');
  expect(part.title).toBe('Prepare guest for the control plane');
});

it('a machine that cannot be prepared is an error with the script’s own reason', async () => {
  const stderr = 'LAB-HOST-PF\nmachine guest has no network interface at 0000:00:02.0 (uplink)\nsee dmesg\n';
  const { at } = site((command) => (command.includes('control-plane.sh') ? { exitCode: 1, stderr } : {}));
  await expect((await partNamed(PART).up(at, silentTask()))()).rejects.toMatchObject({
    problems: [{ code: 'LAB-HOST-PF', message: expect.stringContaining('no network interface') as string }],
  });
});

it('etcd’s data stays if the authority is the same, and goes with another one', async () => {
  const { at, done, folder } = site();
  await (
    await partNamed(PART).up(at, silentTask())
  )();
  const [, script = '', authority = ''] = /^sh -c (.*) (-----BEGIN[^]*)$/.exec(done[1] ?? '') ?? [];
  const inside = join(scratch(), 'inside');
  const data = join(inside, 'kubernetes/etcd/member');
  const dataAfter = async (certificate: string): Promise<boolean> => {
    mkdirSync(join(inside, 'kubernetes/pki'), { recursive: true });
    mkdirSync(dirname(data), { recursive: true });
    writeFileSync(data, '');
    writeFileSync(join(inside, 'kubernetes/pki/ca.crt'), certificate);
    await runOrThrow(['sh', '-c', script, authority], { cwd: inside });
    return existsSync(data);
  };
  expect(await dataAfter(readFileSync(join(folder.run, 'kubernetes/pki/ca.crt'), 'utf8'))).toBe(true);
  expect(await dataAfter('another')).toBe(false);
});

it('it is there until the machine reboots, and needs no end of its own', async () => {
  const part = recorded('control-plane', 'guest', { place: { machine: 'guest' } });
  const { at, done, host } = site();
  expect(await controlPlaneKind.isThere(part, at)).toBe(true);
  expect(done).toEqual(['exists /run/sriov-lab-control-plane']);
  expect(prepared().artefacts.find(({ path }) => path === 'guest/control-plane.sh')?.content).toContain(
    '/run/sriov-lab-control-plane',
  );
  expect(await controlPlaneKind.isThere(part, site(undefined, false).at)).toBe(false);
  await controlPlaneKind.down(part, at, host);
  expect(done).toHaveLength(1);
});
