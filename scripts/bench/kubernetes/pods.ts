import { median } from 'simple-statistics';
import { ADMIN_KUBECTL, KUBECTL_CACHE } from '../../../src/lab/cluster/paths.js';
import { clusterOf, type RunningCluster } from '../../../src/lab/cluster/running-cluster.js';
import type { RunningLab } from '../../../src/lab/running-lab.js';
import { interruption } from '../interruption.js';
import { head, ratio, row, s } from '../table.js';
import { containerTimes } from './containers.js';
import { inNode, nodeWithVfs, type NodeWithVfs, type VfTimes } from './node.js';

const POD = 'bench';
const READY_LIMIT = '--timeout=600s';

interface PodTimes extends VfTimes {
  readonly scheduled: number;
}

function manifest(resource: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: POD },
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'box',
          image: 'docker.io/lab/busybox:1',
          imagePullPolicy: 'Never',
          command: ['/bin/sh', '-c', 'trap exit TERM; sleep 1000000 & wait'],
          resources: { limits: { [resource]: 1 } },
        },
      ],
    },
  });
}

async function kubectl({ clients }: RunningCluster, args: readonly string[], input = ''): Promise<void> {
  const argv = ['env', `KUBECACHEDIR=${KUBECTL_CACHE}`, ...ADMIN_KUBECTL, ...args] as const;
  const { exitCode, stdout, stderr } = await clients.run(argv, { input, signal: interruption });
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
}

/** Seconds since `started`. */
function since(started: number): number {
  return (performance.now() - started) / 1000;
}

/** One pod with a VF, from its creation to its end. kubectl is not emulated: it costs a tenth of a second. */
async function podTimes(cluster: RunningCluster, node: NodeWithVfs): Promise<PodTimes> {
  const reached = async (condition: string, started: number): Promise<number> => {
    await kubectl(cluster, ['wait', `--for=condition=${condition}`, `pod/${POD}`, READY_LIMIT]);
    return since(started);
  };
  const started = performance.now();
  await kubectl(cluster, ['create', '-f', '-'], manifest(node.resource));
  const scheduled = await reached('PodScheduled', started);
  const network = await reached('PodReadyToStartContainers', started);
  const runs = await reached('Ready', started);
  const deleted = performance.now();
  await kubectl(cluster, ['delete', 'pod', POD, '--wait=false']);
  await inNode(node, node.untilHome);
  const back = since(deleted);
  await kubectl(cluster, ['wait', '--for=delete', `pod/${POD}`, READY_LIMIT]);
  return { scheduled, network, runs, back };
}

/** Pods with a VF, and containers with one without Kubernetes, on one node. */
export class PodTable {
  readonly #pods: PodTimes[] = [];
  readonly #containers: VfTimes[] = [];

  /** Starts and ends so many of each. Afterwards the kubelet does not run. */
  async measure(running: RunningLab, count: number): Promise<void> {
    const cluster = await clusterOf(running);
    const node = await nodeWithVfs(running);
    for (let index = 0; index < count; index += 1) this.#pods.push(await podTimes(cluster, node));
    await inNode(node, 'systemctl stop kubelet sriov-lab-device-plugin');
    this.#containers.push(...(await containerTimes(node, count)));
  }

  print(): void {
    const medianOf = <T>(all: readonly T[], of: (one: T) => number): number => median(all.map(of));
    const count = this.#pods.length;
    head(
      `A VF for a pod, and for a container without Kubernetes: medians of ${count} (TCG)`,
      ...['what', 'scheduled after', 'network after', 'runs after', 'deleted: the VF is back after'],
    );
    const keys = ['network', 'runs', 'back'] as const;
    const [pods, containers] = [this.#pods, this.#containers].map((all: readonly VfTimes[]) =>
      keys.map((key) => medianOf(all, (one) => one[key])),
    ) as [number[], number[]];
    const scheduled = medianOf(this.#pods, (one) => one.scheduled);
    row('pod', s(scheduled), ...pods.map(s));
    row('CNI and containerd alone', '', ...containers.map(s));
    row('ratio', '', ...pods.map((time, index) => ratio(time, containers[index] ?? NaN)));
  }
}
