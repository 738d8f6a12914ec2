import { afterEach, describe, expect, it, vi } from 'vitest';
import { containerTimes } from '../../../scripts/bench/kubernetes/containers.js';
import { nodeWithVfs, type NodeWithVfs } from '../../../scripts/bench/kubernetes/node.js';
import { UpTable, type TimedUp } from '../../../scripts/bench/kubernetes/up.js';
import type { GuestHost } from '../../../src/hosts/guest-host.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { run } from '../../../src/process/run.js';
import { labWithCluster } from '../../support/cluster.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a table prints, its rows as they are. */
function printed(print: () => void): string[] {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  print();
  return lines;
}

const STEPS = [
  ...['namespaces', 'certificates', 'etcd', 'API server', 'controllers', 'scheduler'],
  ...['the guest answers', 'its devices have their drivers', 'the script of the node has run'],
  'the node is Ready, and offers its VFs',
];
const cluster: TimedUp = { seconds: 120, doneAfter: new Map(STEPS.map((title) => [title, 100])) };
const alone: TimedUp = { seconds: 60, doneAfter: new Map([['the guest answers', 50]]) };

describe('the table of `lab up`', () => {
  it('shows each step with a cluster, and those that the machine alone has too', () => {
    const table = new UpTable();
    table.add(cluster, alone);
    const lines = printed(() => {
      table.print();
    });
    expect(lines).toContain('| the guest answers | 100.000 s | 50.000 s | 2.00 |');
    expect(lines).toContain('| scheduler | 100.000 s |  |  |');
    expect(lines.at(-1)).toBe('| the command | 120.000 s | 60.000 s | 2.00 |');
  });

  it('is not shown when a step has left no event', () => {
    const table = new UpTable();
    table.add({ ...cluster, doneAfter: new Map([...cluster.doneAfter].slice(1)) }, alone);
    expect(() =>
      printed(() => {
        table.print();
      }),
    ).toThrow('no `lab up k8s` has logged: namespaces');
  });
});

describe('containers without Kubernetes', () => {
  const codes: string[] = [];
  const guest = {
    run: async (argv: readonly string[]) => {
      codes.push(argv[2] ?? '');
      const listing = argv[2]?.startsWith('for netdev') === true;
      return Promise.resolve({
        exitCode: 0,
        stdout: listing ? 'ens1v0\nens1v1\n' : '10 20 30\n40 50 60\n',
        stderr: '',
      });
    },
  } as unknown as GuestHost;

  async function node(): Promise<NodeWithVfs> {
    const running = { record: { lab: labWithCluster() }, guest: async () => Promise.resolve(guest) };
    return nodeWithVfs(running as unknown as RunningLab);
  }

  it('are timed in the node, by a script that a shell can parse', async () => {
    expect(await containerTimes(await node(), 2)).toEqual([
      { network: 0.01, runs: 0.02, back: 0.03 },
      { network: 0.04, runs: 0.05, back: 0.06 },
    ]);
    const script = codes.at(-1) ?? '';
    const { exitCode, stderr } = await run(['sh', '-n'], { input: script });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(script).toContain('"type":"sriov-virtio","deviceID":"0000:02:00.1"');
    expect(script).toContain('"ranges":[[{"subnet":"10.244.0.0/24"}]]');
  });

  it('are over when all VFs have their names in the node again', async () => {
    expect((await node()).untilHome).toBe(
      "until [ -e '/sys/class/net/ens1v0' ] && [ -e '/sys/class/net/ens1v1' ]; do sleep 0.1; done",
    );
  });

  it('and pods need a node with VFs', async () => {
    const running = { record: { lab: labWithCluster(null) } } as unknown as RunningLab;
    await expect(nodeWithVfs(running)).rejects.toThrow('has no node with VFs');
  });
});
