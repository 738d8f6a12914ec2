import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { controlPlaneServices } from '../../../../src/lab/cluster/control-plane.js';
import { writeCredentials } from '../../../../src/lab/cluster/credentials.js';
import { clusterServices } from '../../../../src/lab/services.js';
import type { Accelerator } from '../../../../src/toolchain/types.js';
import type { ControlPlane } from '../../../../src/model/kubernetes.js';
import type { Service } from '../../../../src/model/service.js';
import { controlPlaneInGuest, kubernetes, labWithCluster } from '../../../support/cluster.js';
import { useScratch } from '../../../support/scratch.js';

const scratch = useScratch();

const facts = { programs: 'digest of the programs', emulated: false, emulatedNodes: false };
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

  it('is ready when it says so itself, in its peer', () => {
    const questions = services.map(({ ready }) => ready.argv.at(-1));
    expect(questions).toEqual([
      'http://127.0.0.1:2379/readyz',
      '/readyz',
      '/api/v1/namespaces/default/serviceaccounts/default',
      'https://127.0.0.1:10259/healthz',
    ]);
    for (const { ready } of services.slice(1, 3)) expect(ready.argv.slice(-3, -1)).toEqual(['get', '--raw']);
    expect(services.map(({ ready }) => [ready.on, ready.everyMs, ready.limitMs])).toEqual([
      [{ peer: 'control' }, 250, 60_000],
      [{ peer: 'control' }, 250, 120_000],
      [{ peer: 'control' }, 250, 60_000],
      [{ peer: 'control' }, 250, 60_000],
    ]);
  });

  it('waits longer for nodes that are emulated', () => {
    const patient = (emulatedNodes: boolean): boolean =>
      controlPlaneServices(kubernetes, { ...facts, emulatedNodes }).some(({ argv }) =>
        argv.includes('--node-monitor-grace-period=200s'),
      );
    expect([patient(false), patient(true)]).toEqual([false, true]);
  });
});

describe('a control plane in a machine', () => {
  const inMachine = { ...kubernetes, controlPlane: controlPlaneInGuest };

  /** What is said to a service beside what is said in a peer. */
  function added(name: string, emulated: boolean): string[] {
    const argvOf = (all: readonly Service[]): readonly string[] =>
      all.find((service) => service.name === name)?.argv ?? [];
    const before = argvOf(services);
    return argvOf(controlPlaneServices(inMachine, { ...facts, emulated })).filter(
      (word) => !before.includes(word),
    );
  }

  it('is the same four services, which start once the machine is prepared', () => {
    const there = controlPlaneServices(inMachine, facts);
    expect(there.map(({ name, on, needs }) => [name, on, needs])).toEqual([
      ['etcd', { machine: 'guest' }, ['control-plane guest']],
      ['kube-apiserver', { machine: 'guest' }, ['service etcd']],
      ['kube-controller-manager', { machine: 'guest' }, ['service kube-apiserver']],
      ['kube-scheduler', { machine: 'guest' }, ['service kube-apiserver']],
    ]);
    expect(added('etcd', false)).toEqual([]);
    expect(added('kube-apiserver', false)).toEqual(['--advertise-address=10.0.0.10']);
  });

  it('is asked by kubectl from outside, and by a small program in the machine', () => {
    const there = controlPlaneServices(inMachine, facts);
    expect(there.map(({ ready: { on, argv } }) => [on, argv[0]])).toEqual([
      [{ machine: 'guest' }, 'busybox'],
      [{ peer: 'administrator' }, 'kubernetes/bin/kubectl'],
      [{ peer: 'administrator' }, 'kubernetes/bin/kubectl'],
      [{ machine: 'guest' }, 'busybox'],
    ]);
  });

  it('is patient with itself if it is emulated', () => {
    expect(added('etcd', true)).toEqual(['--heartbeat-interval=500', '--election-timeout=5000']);
    expect(added('kube-apiserver', true)).toEqual([
      '--advertise-address=10.0.0.10',
      '--etcd-healthcheck-timeout=20s',
      '--etcd-readycheck-timeout=20s',
    ]);
    expect(added('kube-controller-manager', true)).toEqual([]);
    expect(added('kube-scheduler', true)).toEqual([]);
  });
});

describe('the services of a lab’s control plane', () => {
  const KVM = { outside: 'kvm', inside: 'kvm' } as const;

  it('are none without a cluster', () => {
    expect(clusterServices(labWithCluster(null), '', KVM)).toEqual([]);
  });

  it('take their nodes for emulated if any machine of the lab is', () => {
    const isPatient = (outside: Accelerator, inside: Accelerator): boolean =>
      clusterServices(labWithCluster(), '', { outside, inside }).some(({ argv }) =>
        argv.includes('--node-monitor-grace-period=200s'),
      );
    expect(isPatient('kvm', 'kvm')).toBe(false);
    expect(isPatient('tcg', 'kvm')).toBe(true);
    expect(isPatient('kvm', 'tcg')).toBe(true);
  });

  it('are emulated themselves in a machine that is', () => {
    const isSlow = (controlPlane: ControlPlane, outside: Accelerator, inside: Accelerator): boolean =>
      clusterServices(labWithCluster({ ...kubernetes, controlPlane }), '', { outside, inside }).some(
        ({ argv }) => argv.includes('--election-timeout=5000'),
      );
    expect(isSlow(kubernetes.controlPlane, 'tcg', 'tcg')).toBe(false);
    expect(isSlow(controlPlaneInGuest, 'tcg', 'kvm')).toBe(true);
    expect(isSlow(controlPlaneInGuest, 'kvm', 'tcg')).toBe(false);
  });
});
