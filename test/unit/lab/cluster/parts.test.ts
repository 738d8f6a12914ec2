import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../../../src/hosts/host.js';
import { writeCredentials } from '../../../../src/lab/cluster/credentials.js';
import { credentialsKind } from '../../../../src/lab/parts/credentials.js';
import { nodeKind } from '../../../../src/lab/parts/node.js';
import type { Part } from '../../../../src/lab/parts/part.js';
import { partsOf } from '../../../../src/lab/parts/parts-of.js';
import type { PreparedLab } from '../../../../src/lab/prepare.js';
import { keyOf, LabFolder } from '../../../../src/lab/record.js';
import type { Site } from '../../../../src/lab/site.js';
import type { Kubernetes } from '../../../../src/model/kubernetes.js';
import { silentTask } from '../../../../src/model/task.js';
import type { RunResult } from '../../../../src/process/run.js';
import { kubernetes, labWithCluster } from '../../../support/cluster.js';
import { partOf, preparedCluster } from '../../../support/prepared-cluster.js';
import { record, recorded } from '../../../support/record.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

afterEach(() => {
  vi.useRealTimers();
});

const NETWORK = 'network networks and peers';

function prepared(cluster: Kubernetes = kubernetes, digest = 'programs'): PreparedLab {
  return preparedCluster(cluster, 'kvm', digest);
}

function partNamed(key: string, of = prepared()): Part {
  return partOf(of, key);
}

type Answer = (command: string) => Partial<RunResult>;

function site(kubectl: Answer, guest: Answer = () => ({})) {
  const done: string[] = [];
  const folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
  const host = (place: string, answer: Answer): Host => ({
    description: place,
    putFile: async (path, content) => {
      done.push(`put ${path} (${content.length > 0 ? 'not empty' : 'empty'})`);
      return Promise.resolve();
    },
    run: async (argv) => {
      const command = argv.join(' ');
      done.push(`${place}: ${command}`);
      return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer(command) });
    },
  });
  const fake = {
    folder,
    record: record(labWithCluster(kubernetes)),
    host: async (place: object) => Promise.resolve(host(JSON.stringify(place), kubectl)),
    guest: async (machine: string) => Promise.resolve(host(machine, guest)),
    log: (event: string) => done.push(`log ${event}`),
  };
  return { done, folder, at: fake as unknown as Site };
}

function node(condition: object, offered = '2'): string {
  return JSON.stringify({
    status: { conditions: [{ type: 'Ready', ...condition }], allocatable: { 'sriov.lab/pf0': offered } },
  });
}

async function bringUp(part: Part, at: Site): Promise<void> {
  const ready = await part.up(at, silentTask());
  await ready();
}

describe('the parts of a lab with a cluster', () => {
  it('are its credentials, its control plane and its nodes too, each after those that it needs', () => {
    const parts = partsOf(prepared());
    expect(parts.map((part) => [keyOf(part), part.needs])).toEqual([
      ['namespace lab', []],
      ['credentials of the cluster', ['namespace lab']],
      [NETWORK, ['namespace lab']],
      ['service etcd', [NETWORK, 'credentials of the cluster']],
      ['service kube-apiserver', [NETWORK, 'service etcd']],
      ['service kube-controller-manager', [NETWORK, 'service kube-apiserver']],
      ['service kube-scheduler', [NETWORK, 'service kube-apiserver']],
      ['machine guest', [NETWORK]],
      ['node guest', ['machine guest', 'service kube-apiserver']],
    ]);
  });

  it('are replaced by other programs, but for the machine', () => {
    const before = prepared();
    const after = prepared(kubernetes, 'other programs');
    const renewed = partsOf(after).filter((part) => part.digest !== partNamed(keyOf(part), before).digest);
    expect(renewed.map(keyOf)).toEqual([
      'credentials of the cluster',
      'service etcd',
      'service kube-apiserver',
      'service kube-controller-manager',
      'service kube-scheduler',
      'node guest',
    ]);
  });

  it('are replaced by another script of a node, the machine with it', () => {
    const before = prepared();
    const after = prepared({
      ...kubernetes,
      vfs: 'none',
      nodes: kubernetes.nodes.map((one) => ({ ...one, pools: [] })),
    });
    const renewed = partsOf(after).filter((part) => part.digest !== partNamed(keyOf(part), before).digest);
    expect(renewed.map(keyOf)).toEqual(['machine guest', 'node guest']);
  });
});

describe('the credentials of a cluster', () => {
  let part: Part;

  beforeEach(() => {
    part = partNamed('credentials of the cluster');
  });

  it('are made, with links to the programs, and found again', async () => {
    const { at, folder, done } = site(() => ({}));
    await bringUp(part, at);
    expect(done).toEqual(['log credentials']);
    expect(readlinkSync(join(folder.run, 'kubernetes/bin/kube-apiserver'))).toBe(
      '/cache/programs/kube-apiserver',
    );
    expect(existsSync(join(folder.run, 'kubernetes/admin.kubeconfig'))).toBe(true);
    expect(part.title).toBe('Create the cluster’s certificates');
    // The link leads nowhere: the cache has been emptied.
    expect(await credentialsKind.isThere(recorded('credentials', 'of the cluster'), at)).toBe(false);
  });

  it('are there as long as the administrator’s and the programs are', async () => {
    const programs = join(scratch(), 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'kube-apiserver'), '');
    const { at, folder } = site(() => ({}));
    const there = async (): Promise<boolean> =>
      credentialsKind.isThere(recorded('credentials', 'of the cluster'), at);
    expect(await there()).toBe(false);
    const of = prepared();
    await bringUp(
      partNamed('credentials of the cluster', {
        ...of,
        cluster: { kubernetes, programs: { folder: programs, digest: '', version: '1.37.2' } },
      }),
      at,
    );
    expect(await there()).toBe(true);
    rmSync(join(folder.run, 'kubernetes/admin.kubeconfig'));
    expect(await there()).toBe(false);
  });

  it('are gone with all that the cluster has stored', async () => {
    const { at, folder } = site(() => ({}));
    await bringUp(part, at);
    await credentialsKind.down(recorded('credentials', 'of the cluster'), at, null);
    // What has gone is no trouble to end.
    await credentialsKind.down(recorded('credentials', 'of the cluster'), at, null);
    expect(() => lstatSync(join(folder.run, 'kubernetes'))).toThrow('ENOENT');
  });
});

describe('a node', () => {
  let part: Part;

  beforeEach(() => {
    part = partNamed('node guest');
  });

  const script = prepared().artefacts.find(({ path }) => path === 'guest.node.sh')?.content ?? '';

  function nodeSite(kubectl: Answer, guest?: Answer) {
    const of = site(kubectl, guest);
    writeFileSync(join(of.folder.run, 'guest.node.sh'), script);
    writeCredentials(of.folder.run, 'example', kubernetes);
    return of;
  }

  it('gets its script and its credentials, and is ready when the API server says so', async () => {
    const answers = [
      { exitCode: 1, stderr: 'not found' },
      { exitCode: 1, stderr: 'not found' },
      { stdout: node({ status: 'False', message: 'no network' }) },
      { stdout: node({ status: 'True' }, '0') },
      { stdout: node({ status: 'True' }) },
    ];
    const { at, done, folder } = nodeSite(() => answers.shift() ?? {});
    await bringUp(part, at);
    const question =
      '{"peer":"control"}: kubernetes/bin/kubectl --kubeconfig kubernetes/admin.kubeconfig get --raw /api/v1/nodes/guest';
    expect(done).toEqual([
      'guest: mkdir -p -m 0700 /etc/kubernetes /etc/sriov-lab',
      'put /etc/sriov-lab/node.sh (not empty)',
      'put /etc/kubernetes/ca.crt (not empty)',
      'put /etc/kubernetes/kubelet.crt (not empty)',
      'put /etc/kubernetes/kubelet.key (not empty)',
      'put /etc/kubernetes/kubelet.kubeconfig (not empty)',
      question,
      'guest: sh /etc/sriov-lab/node.sh',
      'log node-started',
      ...Array.from({ length: 4 }, () => question),
      'log node-ready',
    ]);
    expect(existsSync(folder.log('guest.node'))).toBe(true);
  });

  it('that was Ready before has to say so again', async () => {
    const old = { stdout: node({ status: 'True', lastHeartbeatTime: 'before' }) };
    const answers = [old, old, { stdout: node({ status: 'True', lastHeartbeatTime: 'after' }) }];
    const { at, done } = nodeSite(() => answers.shift() ?? {});
    await bringUp(part, at);
    expect(answers).toEqual([]);
    expect(done.at(-1)).toBe('log node-ready');
  });

  it('with a DRA driver gets the classes of its devices first', async () => {
    const dra = { ...kubernetes, vfs: 'dra' } as const;
    const of = nodeSite((command) =>
      command.includes(' apply ') ? { exitCode: 1, stderr: 'no such kind' } : {},
    );
    await expect(bringUp(partNamed('node guest', prepared(dra)), of.at)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-CLUSTER-OBJECTS',
          message: expect.stringContaining('device-classes.yaml') as string,
          hint: expect.stringContaining('Kubernetes 1.34') as string,
        },
      ],
      cause: { message: 'no such kind' },
    });
    expect(of.done.at(-1)).toBe(
      '{"peer":"control"}: env KUBECACHEDIR=kubernetes/cache kubernetes/bin/kubectl --kubeconfig kubernetes/admin.kubeconfig apply -f device-classes.yaml',
    );
  });

  it('whose script fails is an error with the script’s own reason', async () => {
    const refusal = 'LAB-HOST-VFS\nPF 0000:00:03.0 of machine guest did not make 2 VFs\nsee dmesg\n';
    const { at } = nodeSite(
      () => ({ exitCode: 1 }),
      (command) => (command.includes('node.sh') ? { exitCode: 1, stderr: refusal } : {}),
    );
    await expect(bringUp(part, at)).rejects.toMatchObject({
      problems: [{ code: 'LAB-HOST-VFS', message: expect.stringContaining('did not make 2 VFs') as string }],
    });
  });

  it('is there as long as it is Ready, whatever has become of its VFs', async () => {
    const there = async (answer: Partial<RunResult>): Promise<boolean> =>
      nodeKind.isThere(recorded('node', 'guest'), site(() => answer).at);
    expect(await there({ stdout: node({ status: 'True' }) })).toBe(true);
    expect(await there({ stdout: node({ status: 'True' }, '1') })).toBe(true);
    expect(await there({ stdout: node({ status: 'Unknown' }) })).toBe(false);
    expect(await there({ exitCode: 1, stderr: 'connection refused' })).toBe(false);
    expect(await nodeKind.isThere(recorded('node', 'other'), site(() => ({})).at)).toBe(false);
  });

  it('that does not become Ready is an error with its condition’s message and its kubelet’s last lines', async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n');
    const answers = [{ exitCode: 1 }];
    const { at, folder } = nodeSite(
      () => answers.shift() ?? { stdout: node({ status: 'False', message: 'cni plugin not initialized' }) },
      (command) => (command.startsWith('journalctl') ? { stdout: `${lines}\n` } : {}),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    const began = Date.now();
    const error: unknown = await bringUp(part, at).catch((reason: unknown) => reason);
    expect(Math.round((Date.now() - began) / 1000)).toBe(120);
    expect(error).toMatchObject({
      problems: [
        {
          code: 'LAB-NODE-NOT-READY',
          message: 'node guest is not Ready: cni plugin not initialized',
          location: { file: folder.log('guest.kubelet') },
          hint: 'see the output of its services: lab logs example guest.kubelet',
        },
      ],
      cause: { message: expect.stringMatching(/^line 12\n[^]*line 19$/) as string },
    });
    expect(readFileSync(folder.log('guest.kubelet'), 'utf8')).toBe(`${lines}\n`);
  });

  it('that neither becomes Ready nor tells why has no words', async () => {
    const journals: string[] = [];
    const { at } = nodeSite(
      () => ({ exitCode: 1, stderr: 'not found\n' }),
      (command) => {
        if (command.startsWith('journalctl')) journals.push(command);
        return {};
      },
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    const error: unknown = await bringUp(part, at).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      problems: [{ message: 'node guest is unknown to the API server: not found' }],
    });
    expect((error as Error).cause).toBeUndefined();
    expect(journals).toEqual([
      'journalctl --no-pager --output=short --boot --unit kubelet.service --unit sriov-lab-device-plugin.service',
    ]);
  });

  it('that does not even give its journal away has that as its words', async () => {
    const { at } = nodeSite(
      () => ({ exitCode: 1, stderr: 'not found' }),
      (command) => {
        if (command.startsWith('journalctl')) throw new Error('the guest agent does not answer');
        return {};
      },
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    await expect(bringUp(part, at)).rejects.toMatchObject({
      problems: [{ code: 'LAB-NODE-NOT-READY' }],
      cause: { message: 'Error: the guest agent does not answer' },
    });
  });

  it('that said it was Ready before its script ran, and nothing since, has not come back', async () => {
    const { at } = nodeSite(() => ({ stdout: node({ status: 'True', lastHeartbeatTime: 'before' }) }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }).setTimerTickMode('nextTimerAsync');
    await expect(bringUp(part, at)).rejects.toMatchObject({
      problems: [{ message: 'node guest has not come back yet' }],
    });
  });

  it('is not awaited any longer when the user interrupts', async () => {
    const controller = new AbortController();
    let asked = 0;
    const { at, folder } = nodeSite(() => {
      asked += 1;
      if (asked === 3) controller.abort(new Error('interrupted'));
      return { exitCode: 1, stderr: 'not found' };
    });
    await expect((await part.up(at, silentTask(controller.signal)))()).rejects.toThrow('interrupted');
    expect(existsSync(folder.log('guest.kubelet'))).toBe(false);
  });

  it('is shown by its name, and lies in its machine', () => {
    expect([part.title, part.place]).toEqual(['Make guest a node of the cluster', { machine: 'guest' }]);
  });
});
