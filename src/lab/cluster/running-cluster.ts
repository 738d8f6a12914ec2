import { StateError, UsageError } from '../../errors/families.js';
import type { PeerHost } from '../../hosts/namespace-host.js';
import type { Kubernetes } from '../../model/kubernetes.js';
import { recordedPart } from '../record.js';
import type { RunningLab } from '../running-lab.js';

/** The cluster of a lab that is up. */
export interface RunningCluster {
  readonly running: RunningLab;
  readonly kubernetes: Kubernetes;
  /** Where its control plane runs. */
  readonly controlPlane: PeerHost;
}

/** The cluster of a lab. Throws UsageError if the lab has none, and StateError if its API server does not run. */
export async function clusterOf(running: RunningLab): Promise<RunningCluster> {
  const { lab } = running.record;
  const { kubernetes } = lab;
  if (kubernetes === null) {
    throw new UsageError({
      code: 'LAB-CLUSTER-NONE',
      message: `lab ${lab.name} has no cluster`,
      hint: 'add `kubernetes` to its definition (docs/kubernetes.md), or use a lab that has one: lab up k8s',
    });
  }
  const { on } = kubernetes.controlPlane;
  if (!('peer' in on)) throw new Error(`the control plane of lab ${lab.name} is in no peer`);
  const controlPlane = running.peer(on.peer);
  const server = recordedPart(running.record, 'service', 'kube-apiserver')?.main;
  if (!server || !(await controlPlane.isAlive(server))) {
    throw new StateError({
      code: 'LAB-CLUSTER-DOWN',
      message: `the API server (kube-apiserver) of lab ${lab.name} is not running`,
      hint: `see why: lab logs ${lab.name} kube-apiserver; start it again: lab up ${lab.name}`,
    });
  }
  return { running, kubernetes, controlPlane };
}
