import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { controlPlaneServices } from '../../../../src/lab/cluster/control-plane.js';
import { writeCredentials } from '../../../../src/lab/cluster/credentials.js';
import type { Service } from '../../../../src/model/service.js';
import { kubernetes } from '../../../support/cluster.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

const facts = { programs: 'digest of the programs', emulated: false };
let services: Service[];

beforeEach(() => {
  services = controlPlaneServices(kubernetes, facts);
});

/** What a service of that name is told: `--flag=value`, by its flag. */
function flagsOf(name: string): Map<string, string> {
  const argv = services.find((service) => service.name === name)?.argv ?? [];
  return new Map(argv.slice(1).map((word) => /^--([a-z-]+)=(.+)$/.exec(word)?.slice(1) as [string, string]));
}

describe('a control plane', () => {
  it('is four services in its peer, each after what it needs', () => {
    expect(services.map(({ name, on, needs }) => [name, on, needs])).toEqual([
      ['etcd', { peer: 'control' }, ['credentials of the cluster']],
      ['kube-apiserver', { peer: 'control' }, ['service etcd']],
      ['kube-controller-manager', { peer: 'control' }, ['service kube-apiserver']],
      ['kube-scheduler', { peer: 'control' }, ['service kube-apiserver']],
    ]);
  });

  it('names its programs and files by their places in the lab’s folder', () => {
    for (const { argv, ready, madeFrom } of services) {
      expect(argv[0]).toMatch(/^kubernetes\/bin\/[a-z-]+$/);
      for (const word of [...argv, ...ready.argv])
        expect(word).not.toMatch(/(^|=)\/(?!dev\/null|readyz|healthz|api\/)/);
      expect(madeFrom).toBe('digest of the programs');
    }
  });

  it('listens where the nodes reach it with the API server alone', () => {
    const listening = services.map(({ argv }) =>
      argv.filter((word) => /^--(bind-address|listen-client-urls|listen-peer-urls)=/.test(word)),
    );
    expect(listening).toEqual([
      ['--listen-client-urls=http://127.0.0.1:2379', '--listen-peer-urls=http://127.0.0.1:2380'],
      ['--bind-address=0.0.0.0'],
      ['--bind-address=127.0.0.1'],
      ['--bind-address=127.0.0.1'],
    ]);
    expect(services[1]?.argv).toContain('--advertise-address=10.0.0.2');
  });

  it('finds each certificate, key and kubeconfig that it is told of', () => {
    const run = scratch();
    writeCredentials(run, 'k8s', kubernetes);
    const told = services.flatMap(({ argv, ready }) =>
      [...argv.slice(1), ...ready.argv.slice(1)].flatMap((word) => /kubernetes\/[^ ]*$/.exec(word) ?? []),
    );
    const files = told.filter((path) => path !== 'kubernetes/etcd');
    expect(files.length).toBeGreaterThan(20);
    for (const path of files) expect([path, statSync(join(run, path)).isFile()]).toEqual([path, true]);
    const pairs = [
      ['kube-apiserver', 'tls-cert-file', 'tls-private-key-file'],
      ['kube-apiserver', 'kubelet-client-certificate', 'kubelet-client-key'],
      ['kube-apiserver', 'proxy-client-cert-file', 'proxy-client-key-file'],
      ['kube-controller-manager', 'tls-cert-file', 'tls-private-key-file'],
      ['kube-controller-manager', 'cluster-signing-cert-file', 'cluster-signing-key-file'],
      ['kube-scheduler', 'tls-cert-file', 'tls-private-key-file'],
    ] as const;
    const read = (path = ''): string => readFileSync(join(run, path), 'utf8');
    for (const [service, certificate, key] of pairs) {
      const flags = flagsOf(service);
      const fits = new X509Certificate(read(flags.get(certificate))).checkPrivateKey(
        createPrivateKey(read(flags.get(key))),
      );
      expect([service, certificate, fits]).toEqual([service, certificate, true]);
    }
    // Who calls it is checked by the authority that has signed them.
    const signedBy = (flag: string, authority: string): boolean =>
      new X509Certificate(read(flagsOf('kube-apiserver').get(flag))).checkIssued(
        new X509Certificate(read(flagsOf('kube-apiserver').get(authority))),
      );
    expect(signedBy('kubelet-client-certificate', 'client-ca-file')).toBe(true);
    expect(signedBy('kubelet-client-certificate', 'kubelet-certificate-authority')).toBe(true);
    expect(signedBy('proxy-client-cert-file', 'requestheader-client-ca-file')).toBe(true);
    expect(signedBy('proxy-client-cert-file', 'client-ca-file')).toBe(false);
  });

  it('lets nodes do what nodes may, and nobody more', () => {
    expect(Object.fromEntries(flagsOf('kube-apiserver'))).toMatchObject({
      'etcd-servers': 'http://127.0.0.1:2379',
      'secure-port': '6443',
      'service-cluster-ip-range': '10.96.0.0/16',
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'allow-privileged': 'true',
      'kubelet-preferred-address-types': 'InternalIP',
      'requestheader-allowed-names': 'front-proxy',
      'requestheader-username-headers': 'X-Remote-User',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    });
    const controllers = Object.fromEntries(flagsOf('kube-controller-manager'));
    expect(controllers).toMatchObject({
      'use-service-account-credentials': 'true',
      'allocate-node-cidrs': 'false',
      'cluster-cidr': '10.244.0.0/16',
      'leader-elect': 'false',
    });
    expect(controllers['authentication-kubeconfig']).toBe(controllers['kubeconfig']);
    expect(controllers['authorization-kubeconfig']).toBe(controllers['kubeconfig']);
  });

  it('is ready when it says so itself', () => {
    const questions = services.map(({ ready }) => ready.argv.at(-1));
    expect(questions).toEqual([
      'http://127.0.0.1:2379/readyz',
      '/readyz',
      '/api/v1/namespaces/default/serviceaccounts/default',
      '/healthz',
    ]);
    for (const { ready } of services.slice(1)) expect(ready.argv.slice(-3, -1)).toEqual(['get', '--raw']);
    for (const { ready } of services) expect([ready.everyMs, ready.limitMs]).toEqual([250, 60_000]);
  });

  it('waits longer for nodes that are emulated', () => {
    const patient = (emulated: boolean): boolean =>
      controlPlaneServices(kubernetes, { ...facts, emulated }).some(({ argv }) =>
        argv.includes('--node-monitor-grace-period=200s'),
      );
    expect([patient(false), patient(true)]).toEqual([false, true]);
  });
});
