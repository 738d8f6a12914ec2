import type { ControlPlane } from '../../model/kubernetes.js';
import type { controlPlanePrograms } from '../../toolchain/kubernetes/program-names.js';

/**
 * The files of a cluster, in the lab's run folder: credentials, links to its programs, etcd's data. They go with the lab. A machine with
 * the control plane has what that needs under the same paths in the folder of its host.
 */
export const CLUSTER_FOLDER = 'kubernetes';
export const PKI_FOLDER = `${CLUSTER_FOLDER}/pki`;
export const PROGRAMS_FOLDER = `${CLUSTER_FOLDER}/bin`;
export const KUBECTL_CACHE = `${CLUSTER_FOLDER}/cache`;
export const ETCD_FOLDER = `${CLUSTER_FOLDER}/etcd`;

/** Whom a kubeconfig is for. */
export type ClusterUser = 'admin' | 'controllers' | 'scheduler';

export function kubeconfigOf(user: ClusterUser): string {
  return `${CLUSTER_FOLDER}/${user}.kubeconfig`;
}

/** The link to a program. Artefacts and digests name the link, never the folder of the cache that it leads to. */
export function programPath(name: (typeof controlPlanePrograms)[number]): string {
  return `${PROGRAMS_FOLDER}/${name}`;
}

/** Of the API server, at its address. */
export const API_PORT = 6443;

/** The API server's URL on the lab's networks. */
export function apiServerUrl({ address }: Pick<ControlPlane, 'address'>): string {
  return `https://${address}:${API_PORT}`;
}

/** The first of the services' addresses, which the API server has itself. */
export const SERVICE_API_ADDRESS = '10.96.0.1';

/** Of a kubectl that works as the cluster's administrator, where the API server can be reached. */
export const ADMIN_KUBECTL = [programPath('kubectl'), '--kubeconfig', kubeconfigOf('admin')] as const;
