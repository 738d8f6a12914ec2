import type { Kubernetes, KubernetesNode, VfPool } from '../model/kubernetes.js';
import { allOf, failuresOf, type CheckTarget, type Finding, type ScriptPlace, type World } from './check.js';

/** A node, as a check or a bench knows it. */
export type NodePlace = Pick<CheckTarget, 'lab' | 'machine'>;

/** The cluster of a lab. Throws Error if it has none, which the definition's rules exclude for whoever needs one. */
export function clusterOf({ lab }: Pick<NodePlace, 'lab'>): Kubernetes {
  if (lab.kubernetes === null) throw new Error(`lab ${lab.name} has no cluster`);
  return lab.kubernetes;
}

/** The node that a check looks at. Throws Error if its machine is none. */
export function nodeOf(place: NodePlace): KubernetesNode {
  const { name } = place.machine;
  const node = clusterOf(place).nodes.find(({ machine }) => machine === name);
  if (node === undefined) throw new Error(`machine ${name} is no node of the cluster`);
  return node;
}

/** The VFs of a NIC, as a pool of its node. Throws Error if pods get none of it, which the definition's rules exclude. */
export function poolOfNic(place: NodePlace, nic: string): VfPool {
  const pool = nodeOf(place).pools.find((one) => one.nic === nic);
  if (pool === undefined) throw new Error(`pods get no VFs of ${nic} of machine ${place.machine.name}`);
  return pool;
}

/** Where kubectl is and reaches the API server. */
export function controlPlaneOf(place: Pick<NodePlace, 'lab'>): ScriptPlace {
  return { peer: clusterOf(place).controlPlane.clients };
}

/** Runs a script there that something depends on. Returns whether it passed. */
export async function* passes(world: World, path: string): AsyncGenerator<Finding, boolean, void> {
  const output = await world.run(path, controlPlaneOf(world.target));
  yield* allOf(output);
  return failuresOf(output).length === 0;
}
