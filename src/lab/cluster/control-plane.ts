import { SERVICE_SUBNET, type ControlPlane, type Kubernetes } from '../../model/kubernetes.js';
import type { Readiness, Service, ServicePlace } from '../../model/service.js';
import { ADMIN_KUBECTL, API_PORT, ETCD_FOLDER, kubeconfigOf, PKI_FOLDER, programPath } from './paths.js';

const ETCD_URL = 'http://127.0.0.1:2379';
const ETCD_PEER_URL = 'http://127.0.0.1:2380';
const SCHEDULER_PORT = 10259;

/** Each question starts a program, which costs more than waiting. */
const POLL_MS = 250;
const LIMIT_MS = 60_000;
/** An emulated API server that had the processors to itself was ready after 134 s, and there may be other work. */
const API_SERVER_LIMIT_MS = 120_000;

/** How long the controllers wait for a node's sign of life; emulated nodes, which save work, give it every half minute. */
const EMULATED_GRACE = '200s';

/**
 * Etcd gives a request up after 5 s and twice the time for an election: here after 15 s. More would cost at each start, because even a lone
 * member waits for up to that time until it elects itself.
 */
const EMULATED_ETCD = ['--heartbeat-interval=500', '--election-timeout=5000'];

/** How long etcd may take to answer until the API server says that it is not ready itself; otherwise 2 s. */
const EMULATED_ETCD_CHECK = '20s';

export const CREDENTIALS = 'credentials of the cluster';
export const API_SERVER = 'service kube-apiserver';

/** What has to be ready in a machine before the control plane starts in it. */
export const CONTROL_PLANE = (machine: string): `control-plane ${string}` => `control-plane ${machine}`;

/** What the services of a control plane depend on beside the definition. */
export interface ControlPlaneFacts {
  /** A digest of the programs that it runs. */
  readonly programs: string;
  /** Whether the control plane itself is emulated: a machine is, a peer is not. */
  readonly emulated: boolean;
  /** Whether a node is emulated. */
  readonly emulatedNodes: boolean;
}

type Program = Pick<Service, 'argv' | 'needs' | 'ready'>;

function ready(on: ServicePlace, ...argv: readonly [string, ...string[]]): Readiness {
  return { on, argv, everyMs: POLL_MS, limitMs: LIMIT_MS };
}

/** The API server gives this answer to a client on this computer. */
function answers({ clients }: ControlPlane, path: string): Readiness {
  return ready({ peer: clients }, ...ADMIN_KUBECTL, 'get', '--raw', path);
}

function pki(name: string): string {
  return `${PKI_FOLDER}/${name}`;
}

function etcd({ on }: ControlPlane, { emulated }: ControlPlaneFacts): Program {
  return {
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
      ...(emulated ? EMULATED_ETCD : []),
    ],
    needs: ['machine' in on ? CONTROL_PLANE(on.machine) : CREDENTIALS],
    ready: ready(on, 'busybox', 'wget', '-q', '-O', '/dev/null', `${ETCD_URL}/readyz`),
  };
}

function apiServer(controlPlane: ControlPlane, { emulated }: ControlPlaneFacts): Program {
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
      ...(emulated
        ? ['healthcheck', 'readycheck'].map((check) => `--etcd-${check}-timeout=${EMULATED_ETCD_CHECK}`)
        : []),
    ],
    needs: ['service etcd'],
    ready: { ...answers(controlPlane, '/readyz'), limitMs: API_SERVER_LIMIT_MS },
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

function controllers({ controlPlane, pods }: Kubernetes, { emulatedNodes }: ControlPlaneFacts): Program {
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
      ...(emulatedNodes ? [`--node-monitor-grace-period=${EMULATED_GRACE}`] : []),
    ],
    needs: [API_SERVER],
    ready: answers(controlPlane, '/api/v1/namespaces/default/serviceaccounts/default'),
  };
}

function scheduler({ on }: ControlPlane): Program {
  return {
    argv: [programPath('kube-scheduler'), ...clientFlags('scheduler')],
    needs: [API_SERVER],
    // Anyone may ask, so a small program does; kubectl takes an emulated machine seconds.
    ready: ready(
      on,
      ...(['busybox', 'wget', '-q', '-O', '/dev/null', '--no-check-certificate'] as const),
      `https://127.0.0.1:${SCHEDULER_PORT}/healthz`,
    ),
  };
}

/** The programs of a cluster's control plane, each after those that it needs. */
export function controlPlaneServices(kubernetes: Kubernetes, facts: ControlPlaneFacts): Service[] {
  const { controlPlane } = kubernetes;
  const { on } = controlPlane;
  const madeFrom = facts.programs;
  return [
    { name: 'etcd', on, madeFrom, ...etcd(controlPlane, facts) },
    { name: 'kube-apiserver', on, madeFrom, ...apiServer(controlPlane, facts) },
    { name: 'kube-controller-manager', on, madeFrom, ...controllers(kubernetes, facts) },
    { name: 'kube-scheduler', on, madeFrom, ...scheduler(controlPlane) },
  ];
}
