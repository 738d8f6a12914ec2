import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostAddress } from '../../model/lab.js';
import type { Kubernetes, KubernetesNode } from '../../model/kubernetes.js';
import { issue, newAuthority, newKeyPair, type CertificateRequest, type Credential } from './certificates.js';
import { kubeconfigText } from './kubeconfig.js';
import {
  apiServerUrl,
  CLUSTER_FOLDER,
  kubeconfigOf,
  PKI_FOLDER,
  SERVICE_API_ADDRESS,
  type ClusterUser,
} from './paths.js';

const ADMINISTRATORS = 'system:masters';

const LOOPBACK = { addresses: ['127.0.0.1'], dns: ['localhost'] };

/**
 * The users of the control plane. The names are Kubernetes' own: what they may do depends on them. Controllers and scheduler are
 * servers too, which tell their health at 127.0.0.1.
 */
const users: Readonly<Record<ClusterUser, CertificateRequest>> = {
  admin: { commonName: 'admin', organization: ADMINISTRATORS, use: ['client'] },
  controllers: { commonName: 'system:kube-controller-manager', use: ['client', 'server'], names: LOOPBACK },
  scheduler: { commonName: 'system:kube-scheduler', use: ['client', 'server'], names: LOOPBACK },
};

/** As whom the API server passes requests on to the servers of further APIs, which trust another authority in this. */
const FRONT_PROXY = 'front-proxy';

/** Writes what only its owner may read. */
function writeSecret(run: string, path: string, text: string): void {
  writeFileSync(join(run, path), text, { mode: 0o600 });
}

function writeCredential(run: string, name: string, { certificate, key }: Credential): void {
  writeSecret(run, `${PKI_FOLDER}/${name}.crt`, certificate);
  writeSecret(run, `${PKI_FOLDER}/${name}.key`, key);
}

function readCredential(run: string, name: string): Credential {
  const read = (suffix: string): string => readFileSync(join(run, `${PKI_FOLDER}/${name}.${suffix}`), 'utf8');
  return { certificate: read('crt'), key: read('key') };
}

/**
 * Makes a cluster's certificate authority, the certificates and the key pair of its control plane, and a kubeconfig for each of its
 * users, in the folder `kubernetes` of the lab's run folder. `lab`: the lab's name.
 */
export function writeCredentials(run: string, lab: string, { controlPlane }: Kubernetes): void {
  rmSync(join(run, CLUSTER_FOLDER), { recursive: true, force: true });
  mkdirSync(join(run, PKI_FOLDER), { recursive: true, mode: 0o700 });
  const authority = newAuthority(`sriov-lab ${lab}`);
  writeCredential(run, 'ca', authority);
  const apiServer: CertificateRequest = {
    commonName: 'kube-apiserver',
    use: ['server'],
    names: {
      addresses: [controlPlane.address, '127.0.0.1', SERVICE_API_ADDRESS],
      dns: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
      ],
    },
  };
  writeCredential(run, 'apiserver', issue(authority, apiServer));
  const kubeletClient: CertificateRequest = {
    commonName: 'kube-apiserver-kubelet-client',
    organization: ADMINISTRATORS,
    use: ['client'],
  };
  writeCredential(run, 'kubelet-client', issue(authority, kubeletClient));
  const frontProxy = newAuthority(`sriov-lab ${lab} ${FRONT_PROXY}`);
  writeSecret(run, `${PKI_FOLDER}/${FRONT_PROXY}-ca.crt`, frontProxy.certificate);
  writeCredential(run, FRONT_PROXY, issue(frontProxy, { commonName: FRONT_PROXY, use: ['client'] }));
  const serviceAccounts = newKeyPair();
  writeSecret(run, `${PKI_FOLDER}/sa.key`, serviceAccounts.privateKey);
  writeSecret(run, `${PKI_FOLDER}/sa.pub`, serviceAccounts.publicKey);
  for (const user of Object.keys(users) as ClusterUser[]) {
    const credential = issue(authority, users[user]);
    writeCredential(run, user, credential);
    const access = { server: apiServerUrl(controlPlane), authority: authority.certificate, user, credential };
    writeSecret(run, kubeconfigOf(user), kubeconfigText(access, lab));
  }
}

/** The administrator's kubeconfig for a cluster whose API server is reached at `server`, a URL. */
export function adminKubeconfig(run: string, lab: string, server: string): string {
  const authority = readCredential(run, 'ca').certificate;
  return kubeconfigText({ server, authority, user: 'admin', credential: readCredential(run, 'admin') }, lab);
}

/**
 * Makes what a node has in /etc/kubernetes, with the authority that `writeCredentials` has made. Returns it by its names there, and keeps
 * it in the cluster's folder.
 */
export function writeNodeCredentials(
  run: string,
  lab: string,
  { controlPlane, vfs }: Kubernetes,
  { machine, address }: KubernetesNode,
): Map<string, string> {
  const authority = readCredential(run, 'ca');
  const kubeconfig = (user: string, credential: Credential): string =>
    kubeconfigText(
      {
        server: apiServerUrl(controlPlane),
        authority: authority.certificate,
        user,
        credential,
      },
      lab,
    );
  const user = `system:node:${machine}`;
  const kubelet = issue(authority, {
    commonName: user,
    organization: 'system:nodes',
    use: ['client', 'server'],
    names: { addresses: [hostAddress(address)], dns: [machine] },
  });
  const files = new Map([
    ['ca.crt', authority.certificate],
    ['kubelet.crt', kubelet.certificate],
    ['kubelet.key', kubelet.key],
    ['kubelet.kubeconfig', kubeconfig(user, kubelet)],
  ]);
  if (vfs === 'dra') {
    const driver = issue(authority, { commonName: 'vf-dra', organization: ADMINISTRATORS, use: ['client'] });
    files.set('vf-dra.kubeconfig', kubeconfig('vf-dra', driver));
  }
  const folder = `${CLUSTER_FOLDER}/nodes/${machine}`;
  mkdirSync(join(run, folder), { recursive: true, mode: 0o700 });
  for (const [name, content] of files) writeSecret(run, `${folder}/${name}`, content);
  return files;
}
