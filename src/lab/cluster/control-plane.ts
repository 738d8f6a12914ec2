import { SERVICE_SUBNET, type Kubernetes } from '../../model/kubernetes.js';
import type { Readiness, Service, ServicePlace } from '../../model/service.js';
import { ADMIN_KUBECTL, API_PORT, ETCD_FOLDER, kubeconfigOf, PKI_FOLDER, programPath } from './paths.js';

const ETCD_URL = 'http://127.0.0.1:2379';
const ETCD_PEER_URL = 'http://127.0.0.1:2380';
const SCHEDULER_PORT = 10259;

/** Each question starts a program, which costs more than waiting. */
const POLL_MS = 250;
const LIMIT_MS = 60_000;

/** How long the controllers wait for a node's sign of life; emulated nodes, which save work, give it every half minute. */
const EMULATED_GRACE = '200s';

export const CREDENTIALS = 'credentials of the cluster';
export const API_SERVER = 'service kube-apiserver';

/** What the services of a control plane depend on beside the definition. */
export interface ControlPlaneFacts {
  /** A digest of the programs that it runs. */
  readonly programs: string;
  /** Whether a node is emulated. */
  readonly emulated: boolean;
}

function ready(...argv: readonly [string, ...string[]]): Readiness {
  return { argv, everyMs: POLL_MS, limitMs: LIMIT_MS };
}

function pki(name: string): string {
  return `${PKI_FOLDER}/${name}`;
}

const etcd: Pick<Service, 'argv' | 'needs' | 'ready'> = {
  argv: [
    programPath('etcd'),
    '--name=lab',
    `--data-dir=${ETCD_FOLDER}`,
    `--listen-client-urls=${ETCD_URL}`,
    `--advertise-client-urls=${ETCD_URL}`,
    `--listen-peer-urls=${ETCD_PEER_URL}`,
    `--initial-advertise-peer-urls=${ETCD_PEER_URL}`,
    `--initial-cluster=lab=${ETCD_PEER_URL}`,
    // Its data goes with the lab: it need not survive a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ],
  needs: [CREDENTIALS],
  ready: ready('busybox', 'wget', '-q', '-O', '/dev/null', `${ETCD_URL}/readyz`),
};

function apiServer({ controlPlane }: Kubernetes): Pick<Service, 'argv' | 'needs' | 'ready'> {
  return {
    argv: [
      programPath('kube-apiserver'),
      `--etcd-servers=${ETCD_URL}`,
      `--advertise-address=${controlPlane.address}`,
      '--bind-address=0.0.0.0',
      `--secure-port=${API_PORT}`,
      `--service-cluster-ip-range=${SERVICE_SUBNET}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      `--client-ca-file=${pki('ca.crt')}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--kubelet-certificate-authority=${pki('ca.crt')}`,
      `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
      `--kubelet-client-key=${pki('kubelet-client.key')}`,
      // Nobody resolves the nodes' names.
      '--kubelet-preferred-address-types=InternalIP',
      `--requestheader-client-ca-file=${pki('front-proxy-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${pki('front-proxy.crt')}`,
      `--proxy-client-key-file=${pki('front-proxy.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
    ],
    needs: ['service etcd'],
    ready: ready(...ADMIN_KUBECTL, 'get', '--raw', '/readyz'),
  };
}

/** The flags of a client of the API server that runs alone. */
function clientFlags(user: 'controllers' | 'scheduler'): string[] {
  const kubeconfig = kubeconfigOf(user);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--tls-cert-file=${pki(`${user}.crt`)}`,
    `--tls-private-key-file=${pki(`${user}.key`)}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
  ];
}

function controllers(
  { pods }: Kubernetes,
  { emulated }: ControlPlaneFacts,
): Pick<Service, 'argv' | 'needs' | 'ready'> {
  return {
    argv: [
      programPath('kube-controller-manager'),
      ...clientFlags('controllers'),
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${pki('sa.key')}`,
      `--root-ca-file=${pki('ca.crt')}`,
      `--cluster-signing-cert-file=${pki('ca.crt')}`,
      `--cluster-signing-key-file=${pki('ca.key')}`,
      // The definition says which of the pods' addresses are whose, and node.sh tells the node.
      '--allocate-node-cidrs=false',
      `--cluster-cidr=${pods}`,
      ...(emulated ? [`--node-monitor-grace-period=${EMULATED_GRACE}`] : []),
    ],
    needs: [API_SERVER],
    ready: ready(...ADMIN_KUBECTL, 'get', '--raw', '/api/v1/namespaces/default/serviceaccounts/default'),
  };
}

const scheduler: Pick<Service, 'argv' | 'needs' | 'ready'> = {
  argv: [programPath('kube-scheduler'), ...clientFlags('scheduler')],
  needs: [API_SERVER],
  ready: ready(
    programPath('kubectl'),
    '--kubeconfig',
    kubeconfigOf('scheduler'),
    `--server=https://127.0.0.1:${SCHEDULER_PORT}`,
    'get',
    '--raw',
    '/healthz',
  ),
};

/** The programs of a cluster's control plane, each after those that it needs. */
export function controlPlaneServices(kubernetes: Kubernetes, facts: ControlPlaneFacts): Service[] {
  const on: ServicePlace = kubernetes.controlPlane.on;
  const madeFrom = facts.programs;
  return [
    { name: 'etcd', on, madeFrom, ...etcd },
    { name: 'kube-apiserver', on, madeFrom, ...apiServer(kubernetes) },
    { name: 'kube-controller-manager', on, madeFrom, ...controllers(kubernetes, facts) },
    { name: 'kube-scheduler', on, madeFrom, ...scheduler },
  ];
}
