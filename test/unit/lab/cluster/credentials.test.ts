import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  adminKubeconfig,
  writeNodeCredentials,
  writeCredentials,
} from '../../../../src/lab/cluster/credentials.js';
import { kubernetes } from '../../../support/cluster.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();
const [node] = kubernetes.nodes;
let run: string;

beforeEach(() => {
  run = scratch();
  writeCredentials(run, 'k8s', kubernetes);
});

interface Kubeconfig {
  readonly apiVersion: string;
  readonly kind: string;
  readonly 'current-context': string;
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, string>> }[];
}

function decoded(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

/** What a kubeconfig says, with its certificates read. */
function read(text: string) {
  const { apiVersion, kind, clusters, users, 'current-context': context } = parse(text) as Kubeconfig;
  const [cluster] = clusters;
  const [user] = users;
  return {
    ...(apiVersion === 'v1' && kind === 'Config' ? {} : { apiVersion, kind }),
    context,
    server: cluster?.cluster['server'],
    authority: decoded(cluster?.cluster['certificate-authority-data']),
    name: user?.name,
    subject: new X509Certificate(decoded(user?.user['client-certificate-data'])).subject,
    hasKey: decoded(user?.user['client-key-data']).includes('PRIVATE KEY'),
  };
}

const pki = (name: string): string => readFileSync(join(run, 'kubernetes/pki', name), 'utf8');

describe('the credentials of a control plane', () => {
  it('are readable by their owner alone', () => {
    expect(statSync(join(run, 'kubernetes')).mode & 0o777).toBe(0o700);
    expect(statSync(join(run, 'kubernetes/pki')).mode & 0o777).toBe(0o700);
    const files = readdirSync(join(run, 'kubernetes'), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.includes('.')))
      expect([file, statSync(join(run, 'kubernetes', file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it('let the API server be called by all of its names and addresses', () => {
    const server = new X509Certificate(pki('apiserver.crt'));
    expect(server.verify(new X509Certificate(pki('ca.crt')).publicKey)).toBe(true);
    for (const address of ['10.0.0.2', '127.0.0.1', '10.96.0.1'])
      expect(server.checkIP(address)).toBe(address);
    for (const host of [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc.cluster.local',
    ])
      expect(server.checkHost(host)).toBe(host);
    expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(server.subject).toBe('CN=kube-apiserver');
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(server.checkIP('10.0.0.3')).toBeUndefined();
  });

  it.each([
    ['admin', 'O=system:masters\nCN=admin'],
    ['controllers', 'CN=system:kube-controller-manager'],
    ['scheduler', 'CN=system:kube-scheduler'],
  ])('are a kubeconfig for %s, as %j', (user, subject) => {
    expect(read(readFileSync(join(run, `kubernetes/${user}.kubeconfig`), 'utf8'))).toEqual({
      context: 'k8s',
      server: 'https://10.0.0.2:6443',
      authority: pki('ca.crt'),
      name: user,
      subject,
      hasKey: true,
    });
  });

  it('let the API server call nodes as an administrator, and other servers as its front proxy', () => {
    const client = ['1.3.6.1.5.5.7.3.2'];
    const certificate = (name: string): X509Certificate => new X509Certificate(pki(name));
    expect(certificate('kubelet-client.crt').subject).toBe(
      'O=system:masters\nCN=kube-apiserver-kubelet-client',
    );
    expect(certificate('kubelet-client.crt').keyUsage).toEqual(client);
    expect(certificate('front-proxy.crt').subject).toBe('CN=front-proxy');
    expect(certificate('front-proxy.crt').keyUsage).toEqual(client);
    expect(certificate('front-proxy.crt').issuer).toBe('CN=sriov-lab k8s front-proxy');
    expect(certificate('ca.crt').subject).toBe('CN=sriov-lab k8s');
    for (const user of ['controllers', 'scheduler'])
      expect(certificate(`${user}.crt`).checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('replace whatever an earlier cluster has left', () => {
    const stale = join(run, 'kubernetes/etcd');
    mkdirSync(stale);
    writeFileSync(join(stale, 'db'), '');
    const before = pki('ca.crt');
    writeCredentials(run, 'k8s', kubernetes);
    expect(existsSync(stale)).toBe(false);
    expect(pki('ca.crt')).not.toBe(before);
  });

  it('give a user outside the administrator’s, for another address', () => {
    const outside = read(adminKubeconfig(run, 'k8s', 'https://127.0.0.1:16443'));
    expect([outside.server, outside.subject]).toEqual([
      'https://127.0.0.1:16443',
      'O=system:masters\nCN=admin',
    ]);
  });
});

describe('the credentials of a node', () => {
  it('are its own, from the same authority', () => {
    if (node === undefined) throw new Error('the cluster has no node');
    const files = writeNodeCredentials(run, 'k8s', kubernetes, node);
    expect([...files.keys()]).toEqual(['ca.crt', 'kubelet.crt', 'kubelet.key', 'kubelet.kubeconfig']);
    const kept = readFileSync(join(run, 'kubernetes/nodes/guest/kubelet.key'), 'utf8');
    expect(kept).toBe(files.get('kubelet.key'));
    const certificate = new X509Certificate(files.get('kubelet.crt') ?? '');
    expect(certificate.verify(new X509Certificate(pki('ca.crt')).publicKey)).toBe(true);
    expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:guest');
    expect(certificate.checkIP('10.0.0.10')).toBe('10.0.0.10');
    expect(read(files.get('kubelet.kubeconfig') ?? '')).toMatchObject({
      server: 'https://10.0.0.2:6443',
      name: 'system:node:guest',
      authority: files.get('ca.crt'),
    });
  });

  it('are one more where a driver speaks to the API server', () => {
    if (node === undefined) throw new Error('the cluster has no node');
    const files = writeNodeCredentials(run, 'k8s', { ...kubernetes, vfs: 'dra' }, node);
    expect(read(files.get('vf-dra.kubeconfig') ?? '').subject).toBe('O=system:masters\nCN=vf-dra');
  });
});
