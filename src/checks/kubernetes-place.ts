import type { Kubernetes, KubernetesNode } from '../model/kubernetes.js';
import type { CheckTarget, ScriptPlace } from './check.js';

/** The cluster of a check's lab. Throws Error if it has none, which the definition's rules exclude. */
export function clusterOf({ lab, request }: CheckTarget): Kubernetes {
  if (lab.kubernetes === null)
    throw new Error(`${request.check} needs a cluster, and lab ${lab.name} has none`);
  return lab.kubernetes;
}

/** The node that a check looks at. Throws Error if its machine is none. */
export function nodeOf(target: CheckTarget): KubernetesNode {
  const { name } = target.machine;
  const node = clusterOf(target).nodes.find(({ machine }) => machine === name);
  if (node === undefined) throw new Error(`machine ${name} is no node of the cluster`);
  return node;
}

/** Where kubectl is and reaches the API server. */
export function controlPlaneOf(target: CheckTarget): ScriptPlace {
  return { peer: clusterOf(target).controlPlane.clients };
}
