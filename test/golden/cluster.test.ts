import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderLab } from '../../src/lab/artefacts.js';
import type { Accelerator } from '../../src/toolchain/types.js';
import type { Kubernetes } from '../../src/model/kubernetes.js';
import { controlPlaneInGuest, kubernetes, labWithCluster } from '../support/cluster.js';

// After a change that was meant: npx vitest run --project golden -u
const folder = fileURLToPath(new URL('cluster', import.meta.url));

function nodeScript(cluster: Kubernetes, accelerator: Accelerator, model?: string): string {
  const facts = { vhostNet: false, accelerator, acceleratorInside: accelerator };
  const artefacts = renderLab(labWithCluster(cluster, model), facts);
  const found = artefacts.find(({ path }) => path === 'guest.node.sh');
  if (found === undefined) throw new Error('the lab has no node.sh');
  return found.content;
}

const [node] = kubernetes.nodes;
if (node === undefined) throw new Error('the cluster has no node');
const second = { ...node, machine: 'other', address: '10.0.0.11/24', pods: '10.244.1.0/24' };

const onVlan = {
  ...kubernetes,
  nodes: [{ ...node, pools: node.pools.map((pool) => ({ ...pool, plugin: 'sriov', vlan: 10 })) }],
};

function artefact(path: string, cluster: Kubernetes, accelerator: Accelerator = 'kvm'): string {
  const facts = { vhostNet: false, accelerator, acceleratorInside: accelerator };
  return renderLab(labWithCluster(cluster), facts).find((one) => one.path === path)?.content ?? '';
}

const others = ['control-plane.sh', 'run.sh', 'README.md', 'device-classes.yaml'].map((path) => [
  path,
  artefact(path, { ...kubernetes, vfs: 'dra' }),
]);

const inMachine = { ...kubernetes, controlPlane: controlPlaneInGuest };
const ofMachine = ['guest/control-plane.sh', 'run.sh', 'README.md', 'guest.qemu'].map((path) => [
  `in-machine/${path}`,
  artefact(path, inMachine, 'tcg'),
]);

const scripts: Readonly<Record<string, string>> = {
  'device-plugin.node.sh': nodeScript(kubernetes, 'kvm'),
  'dra-emulated.node.sh': nodeScript({ ...kubernetes, vfs: 'dra' }, 'tcg'),
  'igb.node.sh': nodeScript(onVlan, 'kvm', 'igb'),
  'none-of-two.node.sh': nodeScript(
    { ...kubernetes, vfs: 'none', nodes: [{ ...node, pools: [] }, { ...second, pools: [] }] },
    'kvm',
  ),
};

describe('the script that makes a machine a node', () => {
  it.each(Object.entries(scripts))('%s', async (name, content) => {
    await expect(content).toMatchFileSnapshot(join(folder, name));
  });

  it.each(others)('%s, for running the cluster by hand', async (name = '', content) => {
    await expect(content).toMatchFileSnapshot(join(folder, name));
  });

  it.each(ofMachine)('%s, with the control plane in the machine', async (name = '', content) => {
    await expect(content).toMatchFileSnapshot(join(folder, name));
  });

  it('has settings for emulation only where the machine is emulated', () => {
    const emulated = nodeScript(kubernetes, 'tcg').split('\n');
    const real = nodeScript(kubernetes, 'kvm').split('\n');
    expect(emulated.filter((line) => !real.includes(line))).toMatchInlineSnapshot(`
      [
        "# Everything periodic costs an emulated processor much.",
        "runtimeRequestTimeout: 10m",
        "nodeStatusReportFrequency: 5m",
        "nodeLeaseDurationSeconds: 120",
        "syncFrequency: 30s",
        "    --hostname-override=guest --node-ip=10.0.0.10 --housekeeping-interval=30s",
      ]
    `);
    expect(real.filter((line) => !emulated.includes(line))).toHaveLength(1);
  });

  it('contains no credentials', () => {
    for (const script of Object.values(scripts)) expect(script).not.toMatch(/BEGIN|PRIVATE|client-key/);
  });
});
