import type { KubernetesNode, VfProvider } from '../../model/kubernetes.js';
import { findByName } from '../../model/lab.js';
import { renderTemplate } from '../../render/templates.js';
import { scriptFolder, type Check, type CheckScript, type CheckTarget } from '../check.js';
import { clusterOf, controlPlaneOf } from '../kubernetes-place.js';

declare module '../../render/templates.js' {
  interface Views {
    'checks/cluster.sh': ClusterView;
    'checks/cluster-node.sh': NodeView;
  }
}

const SCRIPT_LIMIT_MS = 60_000;

interface ClusterView {
  readonly version: string;
  /** Whether VFs are devices of DRA; otherwise they are extended resources. */
  readonly claims: boolean;
  /** One a line, sorted. */
  readonly nodeNames: string;
  readonly nodes: readonly {
    readonly name: string;
    /** Whether VFs are handed out by the lab. */
    readonly advertises: boolean;
    readonly readyTitle: string;
    readonly versionTitle: string;
    readonly vfsTitle: string;
    /** What the script finds: `sriov.lab/pf0:2`, one a line and sorted. */
    readonly vfs: string;
  }[];
}

interface NodeView {
  readonly node: string;
  /** The services that run there, without those of the system. */
  readonly services: readonly string[];
}

/** The unit that tells the kubelet of the VFs (node.sh). */
const PROVIDERS: Readonly<Record<VfProvider, readonly string[]>> = {
  'device-plugin': ['sriov-lab-device-plugin'],
  dra: ['sriov-lab-dra'],
  none: [],
};

function pathsOf(target: CheckTarget): { cluster: string; node: (name: string) => string } {
  const folder = scriptFolder(target);
  return { cluster: `${folder}/cluster.sh`, node: (name) => `${folder}/cluster-${name}.sh` };
}

/** How many VFs each pool of a node has, by its resource. */
function vfsOf({ lab }: CheckTarget, { machine, pools }: KubernetesNode): [string, number][] {
  const { nics } = findByName(lab.machines, machine);
  return pools.map(({ nic, resource }) => [resource, findByName(nics, nic).vfs.length]);
}

function viewOf(target: CheckTarget): ClusterView {
  const { version, vfs: provider, nodes } = clusterOf(target);
  const claims = provider === 'dra';
  return {
    version,
    claims,
    nodeNames: nodes
      .map(({ machine }) => machine)
      .sort()
      .join('\n'),
    nodes: nodes.map((node) => {
      const { machine: name } = node;
      const vfs = vfsOf(target, node);
      return {
        name,
        advertises: provider !== 'none',
        readyTitle: `${name} is Ready`,
        versionTitle: `the kubelet of ${name} is Kubernetes ${version}`,
        vfsTitle: `${name} advertises exactly its VFs: ${vfs.map(([resource, count]) => `${resource}: ${count}`).join(', ')}`,
        vfs: vfs
          .map(([resource, count]) => `${resource}:${count}`)
          .sort()
          .join('\n'),
      };
    }),
  };
}

function scripts(target: CheckTarget): CheckScript[] {
  const paths = pathsOf(target);
  const { nodes, vfs } = clusterOf(target);
  return [
    { path: paths.cluster, content: renderTemplate('checks/cluster.sh', viewOf(target)) },
    ...nodes.map(({ machine }) => ({
      path: paths.node(machine),
      content: renderTemplate('checks/cluster-node.sh', {
        node: machine,
        services: ['containerd', 'kubelet', ...PROVIDERS[vfs]],
      }),
    })),
  ];
}

/** The control plane and the nodes are as the lab defines them. */
export const check: Check = {
  scripts,
  scriptLimitMs: () => SCRIPT_LIMIT_MS,
  async *run(world) {
    const { target } = world;
    const paths = pathsOf(target);
    yield* world.script(paths.cluster, controlPlaneOf(target));
    for (const { machine } of clusterOf(target).nodes) yield* world.script(paths.node(machine), { machine });
  },
};
