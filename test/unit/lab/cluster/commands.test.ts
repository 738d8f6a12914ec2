import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { writeCredentials } from '../../../../src/lab/cluster/credentials.js';
import { runKubectl } from '../../../../src/lab/cluster/kubectl.js';
import { loadImage } from '../../../../src/lab/cluster/load-image.js';
import { clusterOf, type RunningCluster } from '../../../../src/lab/cluster/running-cluster.js';
import { kubeconfigFor, writeKubeconfig } from '../../../../src/lab/cluster/write-kubeconfig.js';
import { guestLogs } from '../../../../src/lab/guest-logs.js';
import { LabFolder, type LabRecord } from '../../../../src/lab/record.js';
import type { RunningLab } from '../../../../src/lab/running-lab.js';
import { silentProgress, type Progress } from '../../../../src/model/progress.js';
import { silentTask, taskWith } from '../../../../src/model/task.js';
import { lockHolder } from '../../../../src/process/lock.js';
import { runOrThrow, type RunResult } from '../../../../src/process/run.js';
import { controlPlaneInGuest, kubernetes, labWithCluster } from '../../../support/cluster.js';
import { record, recorded } from '../../../support/record.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

/** A lab that is up, as far as commands for its cluster look at it. `answer`: what runs in its node. `room`: bytes on the node's disk. */
function running(
  changes: Partial<LabRecord> = {},
  answer: (command: string) => Partial<RunResult> = () => ({}),
  room = Infinity,
  connection: () => Partial<RunResult> = () => ({}),
) {
  const done: string[] = [];
  const asked: string[] = [];
  const taken = { bytes: 0 };
  const receiver: { argv: readonly string[] } = { argv: [] };
  let wanted = 0;
  const run = async (argv: readonly string[]): Promise<RunResult> => {
    done.push(argv.join(' '));
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...answer(argv.join(' ')) });
  };
  const port = new Writable({
    write: (chunk: Buffer, _, next) => {
      taken.bytes += chunk.length;
      // A receiver without room ends, and nobody reads the port any more.
      if (taken.bytes <= room) next();
    },
  });
  const agent = {
    run,
    start: async (argv: readonly string[]) => {
      wanted = Number(argv[3]);
      receiver.argv = argv;
      done.push(`receive into ${argv[5] ?? ''}`);
      return Promise.resolve(7);
    },
    statusOf: async () => {
      if (taken.bytes > room) return Promise.resolve({ exitCode: 1, stdout: '', stderr: 'no space left\n' });
      return Promise.resolve(taken.bytes === wanted ? { exitCode: 0, stdout: '', stderr: '' } : undefined);
    },
  };
  const folder = new LabFolder(scratch(), 'example-12345678');
  mkdirSync(folder.run, { recursive: true });
  const lab = {
    folder,
    record: record(labWithCluster(), changes),
    channels: { to: () => async () => Promise.resolve(port) },
    peer: (peer: string) => ({
      run: async (argv: readonly string[]) => {
        asked.push(`${peer}: ${argv.join(' ')}`);
        return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...connection() });
      },
      runAttached: async (argv: readonly string[], options: object) => {
        done.push(`${peer}: ${argv.join(' ')} ${JSON.stringify(options)}`);
        return Promise.resolve({ exitCode: 1, stdout: 'out', stderr: '' });
      },
    }),
    guest: async () => Promise.resolve({ agent, run }),
  };
  return { done, asked, taken, receiver, lab: lab as unknown as RunningLab };
}

async function cluster(lab: RunningLab): Promise<RunningCluster> {
  return clusterOf(lab);
}

describe('the cluster of a lab', () => {
  it('is found by connecting to its API server, from the peer that kubectl runs in', async () => {
    const { lab, asked } = running();
    expect(await cluster(lab)).toMatchObject({ kubernetes: { version: '1.37.2' } });
    expect(asked).toEqual(['control: busybox nc -w 5 10.0.0.2 6443']);
    const inMachine = running({ lab: labWithCluster({ ...kubernetes, controlPlane: controlPlaneInGuest }) });
    await cluster(inMachine.lab);
    expect(inMachine.asked).toEqual(['administrator: busybox nc -w 5 10.0.0.10 6443']);
  });

  it('that the lab has not is an error', async () => {
    await expect(cluster(running({ lab: labWithCluster(null) }).lab)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-CLUSTER-NONE',
          message: 'lab example has no cluster',
          hint: expect.stringContaining('add `kubernetes`') as string,
        },
      ],
    });
  });

  it('whose API server takes no connections is an error, with the reason', async () => {
    const refused = running({}, undefined, undefined, () => ({
      exitCode: 1,
      stderr: 'Connection refused\n',
    }));
    await expect(cluster(refused.lab)).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-CLUSTER-DOWN',
          message: 'the API server (kube-apiserver) of lab example does not take connections',
          hint: 'see why: lab logs example kube-apiserver; start it again: lab up example',
        },
      ],
      cause: { message: 'Connection refused' },
    });
    const silent = running({}, undefined, undefined, () => {
      throw new Error('busybox took longer than 30 s');
    });
    await expect(cluster(silent.lab)).rejects.toMatchObject({
      problems: [{ code: 'LAB-CLUSTER-DOWN' }],
      cause: { message: 'busybox took longer than 30 s' },
    });
  });
});

describe('kubectl', () => {
  it('runs as the administrator, in the user’s folder, and returns its exit code', async () => {
    const { lab, done } = running();
    const { signal } = new AbortController();
    const options = { folder: '/home/user', capture: false, signal };
    const result = await runKubectl(await cluster(lab), ['get', 'nodes'], options);
    expect(result.exitCode).toBe(1);
    const { run } = lab.folder;
    const env = { KUBECONFIG: `${run}/kubernetes/admin.kubeconfig`, KUBECACHEDIR: `${run}/kubernetes/cache` };
    expect(done).toEqual([
      `control: ${run}/kubernetes/bin/kubectl get nodes ${JSON.stringify({ ...options, env })}`,
    ]);
  });
});

describe('a kubeconfig', () => {
  it('is for the proxy’s port, and its file for its owner alone', async () => {
    const { lab } = running();
    writeCredentials(lab.folder.run, 'example', kubernetes);
    const text = await kubeconfigFor(await cluster(lab), 16_443);
    expect(text).toContain('server: https://127.0.0.1:16443');
    const file = join(scratch(), 'it');
    writeKubeconfig(file, text, { force: false });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('replaces a file only when told to', () => {
    const file = join(scratch(), 'it');
    writeFileSync(file, 'another cluster');
    expect(() => {
      writeKubeconfig(file, 'this one', { force: false });
    }).toThrow(
      expect.objectContaining({
        problems: [
          {
            code: 'LAB-KUBECONFIG-EXISTS',
            message: `${file} exists`,
            hint: 'choose another file, or add --force to replace it',
          },
        ],
      }) as Error,
    );
    expect(() => {
      writeKubeconfig(join(scratch(), 'nowhere/it'), 'this one', { force: true });
    }).toThrow('ENOENT');
    expect(readFileSync(file, 'utf8')).toBe('another cluster');
    writeKubeconfig(file, 'this one', { force: true });
    expect(readFileSync(file, 'utf8')).toBe('this one');
  });
});

describe('an image', () => {
  async function archive(architecture = 'amd64'): Promise<string> {
    const folder = join(scratch(), 'content');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'layer'), Buffer.alloc(600_000));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ architecture, os: 'linux' }));
    const manifest = [{ Config: 'config.json', RepoTags: ['lab/plugin:1'] }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const file = join(scratch(), 'image.tar');
    await runOrThrow(['tar', '-C', folder, '-cf', file, 'layer', 'config.json', 'manifest.json']);
    return file;
  }

  const target = '/var/tmp/sriov-lab-image.tar';
  const kill = '/bin/sh -c kill -9 "$0" 2>/dev/null || true 7';

  it('is put onto the nodes, imported and not left behind', async () => {
    const { lab, done, taken } = running();
    const file = await archive();
    const loaded = await loadImage(await cluster(lab), file, undefined, silentTask());
    expect(loaded).toMatchObject({ names: ['lab/plugin:1'], format: 'docker', nodes: ['guest'] });
    expect(done).toEqual([
      `receive into ${target}`,
      kill,
      `ctr --namespace k8s.io images import ${target}`,
      `rm -f ${target}`,
    ]);
    expect(taken.bytes).toBe(statSync(file).size);
  });

  it('is taken from the checks’ port byte for byte, and nothing that comes after it', async () => {
    const { lab, receiver } = running();
    const file = await archive();
    await loadImage(await cluster(lab), file, undefined, silentTask());
    const [shell = '', option = '', script = '', bytes = '', port, to] = receiver.argv;
    expect([port, to]).toEqual(['/dev/virtio-ports/sriov-lab.checks', target]);
    const [there, arrived] = [join(scratch(), 'port'), join(scratch(), 'arrived')];
    writeFileSync(there, Buffer.concat([readFileSync(file), Buffer.from('1..1\n')]));
    await runOrThrow([shell, option, script, bytes, there, arrived]);
    expect(readFileSync(arrived).equals(readFileSync(file))).toBe(true);
  });

  it('shows which image goes where, and how far it is', async () => {
    const seen: string[] = [];
    const progress: Progress = {
      ...silentProgress,
      step: (title) => {
        seen.push(title);
        return { ...silentProgress.step(title), update: (detail) => seen.push(detail) };
      },
    };
    const task = taskWith(progress, new AbortController().signal);
    await loadImage(await cluster(running().lab), await archive(), undefined, task);
    expect(seen[0]).toBe('Load lab/plugin:1 onto guest');
    expect(seen.at(-1)).toBe('importing');
    expect(seen.slice(1, -1)).toEqual(['0 of 1 MiB', '0 of 1 MiB', '0 of 1 MiB']);
  });

  it('goes to a node while nobody else changes the lab', async () => {
    const { lab } = running({}, (command) => {
      if (command.startsWith('ctr')) expect(lockHolder(lab.folder.lock)?.purpose).toBe('lab image load');
      return {};
    });
    await loadImage(await cluster(lab), await archive(), undefined, silentTask());
    expect(lockHolder(lab.folder.lock)?.purpose).toBe('lab image load');
  });

  it('that the runtime refuses is an error with its words', async () => {
    const { lab, done } = running({}, (command) =>
      command.startsWith('ctr') ? { exitCode: 1, stderr: 'no match for platform' } : {},
    );
    await expect(loadImage(await cluster(lab), await archive(), 'guest', silentTask())).rejects.toMatchObject(
      {
        problems: [
          {
            code: 'LAB-IMAGE-IMPORT',
            message: expect.stringContaining('node guest') as string,
            location: { file: join(scratch(), 'image.tar') },
            hint: expect.stringContaining('lab exec example guest -- df -h') as string,
          },
        ],
        cause: { message: 'no match for platform' },
      },
    );
    expect(done.at(-1)).toBe(`rm -f ${target}`);
  });

  it('that the node has no room for is an error, and not left behind', async () => {
    const { lab, done } = running({}, undefined, 300_000);
    await expect(loadImage(await cluster(lab), await archive(), 'guest', silentTask())).rejects.toMatchObject(
      {
        problems: [
          {
            code: 'LAB-AGENT-REFUSED',
            message: 'machine guest did not receive the whole file',
            hint: expect.stringContaining('lab exec example guest -- df -h') as string,
          },
        ],
        cause: { message: 'no space left' },
      },
    );
    expect(done.slice(1)).toEqual([kill, `rm -f ${target}`]);
  });

  it('that the nodes cannot run is not put anywhere', async () => {
    const { lab, done } = running();
    const file = await archive('arm64');
    await expect(loadImage(await cluster(lab), file, undefined, silentTask())).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-IMAGE-PLATFORM',
          message: 'the image lab/plugin:1 is for linux/arm64, but the nodes are linux/amd64',
          location: { file },
          hint: 'build it, or pull it, with --platform linux/amd64, and save it again',
        },
      ],
    });
    expect(done).toEqual([]);
  });

  it('is not put anywhere if the node or the file is wrong', async () => {
    const { lab, done } = running();
    const of = await cluster(lab);
    await expect(loadImage(of, await archive(), 'other', silentTask())).rejects.toMatchObject({
      problems: [
        {
          code: 'LAB-MEMBER-UNKNOWN',
          message: 'the cluster of lab example has no node `other`',
          hint: 'use one of: guest',
        },
      ],
    });
    await expect(loadImage(of, '/nowhere', undefined, silentTask())).rejects.toMatchObject({
      problems: [{ code: 'LAB-IMAGE-ARCHIVE' }],
    });
    expect(done).toEqual([]);
  });
});

describe('the logs that machines keep to themselves', () => {
  it('are those of the nodes’ services: what the lab starts itself logs to its folder', () => {
    const parts = [
      recorded('service', 'netserver-guest', { place: { machine: 'guest' } }),
      recorded('service', 'etcd', { place: { peer: 'control' } }),
      recorded('machine', 'guest'),
    ];
    const journal = 'journalctl --no-pager --output=short --unit';
    const logs = guestLogs(running({ parts }).lab);
    expect(logs.map(({ name, machine, argv }) => [name, machine, argv.join(' ')])).toEqual([
      ['guest.containerd', 'guest', `${journal} containerd.service`],
      ['guest.kubelet', 'guest', `${journal} kubelet.service`],
      ['guest.device-plugin', 'guest', `${journal} sriov-lab-device-plugin.service`],
    ]);
    expect(guestLogs(running({ lab: labWithCluster(null), parts: [] }).lab)).toEqual([]);
  });
});
