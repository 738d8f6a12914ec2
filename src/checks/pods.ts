import type { VfPool } from '../model/kubernetes.js';
import { scaledLimit } from '../toolchain/emulation.js';
import type { Accelerator } from '../toolchain/types.js';
import { clusterOf, type NodePlace } from './kubernetes-place.js';

declare module '../render/templates.js' {
  interface Views {
    'checks/pods-end.sh': PodsView & { readonly check: string };
  }
}

/** In every node's image: a static busybox. */
const IMAGE = 'docker.io/lab/busybox:1';
/** How many packets show that nobody answers: each costs a second. */
export const SILENT_COUNT = 3;
/** How long a pod may take to become Ready or to end, in s. */
const READY_SECONDS = 120;

/** A folder of the node that a pod sees, and may not change. */
export interface NodeFolder {
  readonly name: string;
  readonly path: string;
  readonly mountPath: string;
}

/** What the manifests `pod` and `claim` show. */
export interface PodView {
  /** The value of the label by which its owner knows its pods, and the beginning of their names. */
  readonly label: string;
  readonly image: string;
  /** What a pod asks for; false: it asks for no VF. */
  readonly resource: string | false;
  /** Whether pods get their VFs by claims (DRA). */
  readonly claims: boolean;
  /** The NIC whose VFs they claim. */
  readonly nic: string;
  readonly folders: readonly NodeFolder[];
}

/** The view of the partial `pods`. */
export interface PodsView extends PodView {
  readonly readySeconds: number;
}

/** How long a pod may take to become Ready or to end, in s. */
export function readySeconds({ machine }: Pick<NodePlace, 'machine'>, accelerator: Accelerator): number {
  const seconds = scaledLimit(READY_SECONDS, accelerator);
  return machine.on === null ? seconds : scaledLimit(seconds, accelerator);
}

/** `pool`: where the pods' VFs come from; undefined for pods without. */
export function podView(
  place: NodePlace,
  label: string,
  pool?: VfPool,
  folders: readonly NodeFolder[] = [],
): PodView {
  return {
    label,
    image: IMAGE,
    resource: pool?.resource ?? false,
    claims: pool !== undefined && clusterOf(place).vfs === 'dra',
    nic: pool?.nic ?? '',
    folders,
  };
}

export function podsView(place: NodePlace, label: string, accelerator: Accelerator, pool?: VfPool): PodsView {
  return { ...podView(place, label, pool), readySeconds: readySeconds(place, accelerator) };
}
