import { describe, expect, it } from 'vitest';
import { lastHeartbeat, nodeReadiness, questionsAbout } from '../../../../src/lab/cluster/node-state.js';
import { kubernetes } from '../../../support/cluster.js';

const [node] = kubernetes.nodes;
if (node === undefined) throw new Error('the cluster has no node');

const vfsOf = (): number => 2;

function answer(condition: object | undefined, allocatable: Record<string, string> = {}): string {
  return JSON.stringify({
    status: {
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        ...(condition === undefined ? [] : [condition]),
      ],
      allocatable: { cpu: '2', ...allocatable },
    },
  });
}

const ready = { type: 'Ready', status: 'True', message: 'kubelet is posting ready status' };

describe('a node', () => {
  it('can be used once it is Ready and offers all VFs of its pools', () => {
    expect(
      nodeReadiness(node, 'device-plugin', [answer(ready, { 'sriov.lab/pf0': '2' })], vfsOf),
    ).toBeUndefined();
  });

  it('that is not Ready says why, in the words of its condition', () => {
    const condition = { type: 'Ready', status: 'False', message: 'cni plugin not initialized' };
    expect(nodeReadiness(node, 'device-plugin', [answer(condition)], vfsOf)).toBe(
      'is not Ready: cni plugin not initialized',
    );
    expect(nodeReadiness(node, 'none', [answer({ type: 'Ready', status: 'Unknown' })], vfsOf)).toBe(
      'is not Ready: it does not say why',
    );
    expect(nodeReadiness(node, 'none', [answer(undefined)], vfsOf)).toBe(
      'has not told the API server its state',
    );
    expect(nodeReadiness(node, 'none', ['{}'], vfsOf)).toBe('has not told the API server its state');
  });

  it.each([
    [{}, 0],
    [{ 'sriov.lab/pf0': '1' }, 1],
    [{ 'sriov.lab/pf1': '2' }, 0],
    [{ 'sriov.lab/pf0': '3' }, 3],
  ])('that offers %j cannot be used', (allocatable, offered) => {
    expect(nodeReadiness(node, 'device-plugin', [answer(ready, allocatable)], vfsOf)).toBe(
      `offers ${offered} of 2 VFs as sriov.lab/pf0`,
    );
  });

  it('of a cluster that leaves VFs to the user is not asked for them', () => {
    expect(nodeReadiness(node, 'none', [answer(ready)], vfsOf)).toBeUndefined();
    expect(questionsAbout(node, 'none')).toEqual(['/api/v1/nodes/guest']);
  });

  it('with a DRA driver offers them in its own slices', () => {
    expect(questionsAbout(node, 'dra')).toEqual([
      '/api/v1/nodes/guest',
      '/apis/resource.k8s.io/v1/resourceslices',
    ]);
    expect(questionsAbout({ ...node, pools: [] }, 'dra')).toEqual(['/api/v1/nodes/guest']);
    const slice = (changes: object = {}): object => ({
      spec: { driver: 'sriov.lab', nodeName: 'guest', devices: [{}, {}], ...changes },
    });
    const judged = (...items: object[]): string | undefined =>
      nodeReadiness(node, 'dra', [answer(ready), JSON.stringify({ items })], vfsOf);
    expect(judged(slice())).toBeUndefined();
    expect(judged(slice({ devices: [{}] }), slice({ devices: [{}] }))).toBeUndefined();
    for (const other of [{ driver: 'other' }, { nodeName: 'other' }, { devices: [] }, { devices: undefined }])
      expect(judged(slice(other))).toBe('offers 0 of 2 VFs to the driver sriov.lab');
    expect(judged()).toContain('0 of 2');
  });

  it('has a last sign of life, or none', () => {
    const at = '2026-01-02T03:04:05Z';
    expect(lastHeartbeat(answer({ ...ready, lastHeartbeatTime: at }))).toBe(at);
    expect(lastHeartbeat('{}')).toBeUndefined();
  });
});
