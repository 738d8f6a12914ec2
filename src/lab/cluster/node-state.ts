import type { KubernetesNode, VfProvider } from '../../model/kubernetes.js';

/** As far as readiness is concerned, a v1 Node. */
interface NodeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
      readonly lastHeartbeatTime?: string;
    }[];
    readonly allocatable?: Readonly<Record<string, string>>;
  };
}

/** As far as readiness is concerned, a v1 List of resource.k8s.io/v1 ResourceSlices. */
interface SliceList {
  readonly items?: readonly {
    readonly spec?: {
      readonly driver?: string;
      readonly nodeName?: string;
      readonly devices?: readonly unknown[];
    };
  }[];
}

const DRIVER = 'sriov.lab';

/** Why a node cannot be used yet, in words that follow its name: `is not Ready: …`. */
export type NotReady = string;

function readyCondition({ status }: NodeObject) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** When a node last told its state, as the API server writes it; `answer`: the first one to `questionsAbout`. */
export function lastHeartbeat(answer: string): string | undefined {
  return readyCondition(JSON.parse(answer) as NodeObject)?.lastHeartbeatTime;
}

function readiness(node: NodeObject): NotReady | undefined {
  const condition = readyCondition(node);
  if (condition === undefined) return 'has not told the API server its state';
  if (condition.status === 'True') return undefined;
  return `is not Ready: ${condition.message ?? 'it does not say why'}`;
}

/** `vfs`: how many VFs the pool's NIC has. */
function poolReadiness({ status }: NodeObject, resource: string, vfs: number): NotReady | undefined {
  const offered = Number(status?.allocatable?.[resource] ?? 0);
  return offered === vfs ? undefined : `offers ${offered} of ${vfs} VFs as ${resource}`;
}

/** What the API server is asked about a node: one path for each answer that `nodeReadiness` takes. */
export function questionsAbout({ machine, pools }: KubernetesNode, provider: VfProvider): string[] {
  const slices = '/apis/resource.k8s.io/v1/resourceslices';
  return [`/api/v1/nodes/${machine}`, ...(provider === 'dra' && pools.length > 0 ? [slices] : [])];
}

/**
 * Why a node cannot be used yet; undefined if it can: it is Ready, and all of its VFs can be allocated. `answers`: to `questionsAbout`,
 * as JSON. `vfsOf`: how many VFs a NIC of its machine has. Throws SyntaxError for an answer that is not JSON.
 */
export function nodeReadiness(
  { machine, pools }: KubernetesNode,
  provider: VfProvider,
  answers: readonly string[],
  vfsOf: (nic: string) => number,
): NotReady | undefined {
  const [node, slices] = answers.map((answer) => JSON.parse(answer) as unknown);
  const object = node as NodeObject;
  const unready = readiness(object);
  if (unready !== undefined || provider === 'none') return unready;
  if (provider === 'dra')
    return sliceReadiness(machine, slices as SliceList | undefined, total(pools, vfsOf));
  for (const { nic, resource } of pools) {
    const missing = poolReadiness(object, resource, vfsOf(nic));
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function total(pools: KubernetesNode['pools'], vfsOf: (nic: string) => number): number {
  return pools.reduce((sum, { nic }) => sum + vfsOf(nic), 0);
}

function sliceReadiness(machine: string, list: SliceList | undefined, vfs: number): NotReady | undefined {
  const offered = (list?.items ?? [])
    .flatMap(({ spec }) => spec ?? [])
    .filter(({ driver, nodeName }) => driver === DRIVER && nodeName === machine)
    .reduce((sum, { devices }) => sum + (devices?.length ?? 0), 0);
  return offered === vfs ? undefined : `offers ${offered} of ${vfs} VFs to the driver ${DRIVER}`;
}
