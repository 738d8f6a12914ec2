import { describe, expect, it } from 'vitest';
import { controlPlaneServices } from '../../../../src/lab/cluster/control-plane.js';
import { kubernetes } from '../../../support/cluster.js';

const facts = { programs: 'digest of the programs', emulated: false };
const services = controlPlaneServices(kubernetes, facts);

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

  it('waits longer for nodes that are emulated', () => {
    const patient = (emulated: boolean): boolean =>
      controlPlaneServices(kubernetes, { ...facts, emulated }).some(({ argv }) =>
        argv.some((word) => word.startsWith('--node-monitor-grace-period=')),
      );
    expect([patient(false), patient(true)]).toEqual([false, true]);
  });
});
