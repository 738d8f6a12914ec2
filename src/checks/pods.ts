import type { VfPool } from '../model/kubernetes.js';
import { scaledLimit } from '../toolchain/emulation.js';
import type { Accelerator } from '../toolchain/types.js';
import type { CheckTarget } from './check.js';
import { clusterOf } from './kubernetes-place.js';

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

/** The view of the partial `pods`. */
export interface PodsView {
  /** The value of the label by which a check knows its pods, and the beginning of their names. */
  readonly label: string;
  readonly image: string;
  /** What a pod asks for; false: it asks for no VF. */
  readonly resource: string | false;
  /** Whether pods get their VFs by claims (DRA). */
  readonly claims: boolean;
  /** The NIC whose VFs they claim. */
  readonly nic: string;
  readonly readySeconds: number;
}

/** How long a pod may take to become Ready or to end, in s. */
export function readySeconds({ machine }: CheckTarget, accelerator: Accelerator): number {
  const seconds = scaledLimit(READY_SECONDS, accelerator);
  return machine.on === null ? seconds : scaledLimit(seconds, accelerator);
}

/** `pool`: where the pods' VFs come from; undefined for pods without. */
export function podsView(
  target: CheckTarget,
  label: string,
  accelerator: Accelerator,
  pool?: VfPool,
): PodsView {
  return {
    label,
    image: IMAGE,
    resource: pool?.resource ?? false,
    claims: pool !== undefined && clusterOf(target).vfs === 'dra',
    nic: pool?.nic ?? '',
    readySeconds: readySeconds(target, accelerator),
  };
}
