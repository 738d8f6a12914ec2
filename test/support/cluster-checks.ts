import type { CheckTarget } from '../../src/checks/check.js';
import { checkTarget } from '../../src/lab/check-target.js';
import type { Kubernetes, VfProvider } from '../../src/model/kubernetes.js';
import type { CheckRequest, Lab } from '../../src/model/lab.js';
import { lab } from './definition.js';

interface ClusterOptions {
  readonly vfs?: VfProvider;
  readonly model?: 'virtio-net' | 'igb';
  /** The VLAN that the PF puts VFs on. */
  readonly vlan?: number;
  /** How many VFs the node's NIC has. */
  readonly count?: number;
  readonly nodes?: readonly string[];
  /** What the control plane runs in: the peer `control`, or a machine, and clients are in that peer. */
  readonly controlPlane?: Kubernetes['controlPlane']['on'];
}

/**
 * A lab whose machines are nodes of a cluster, with VFs 10.0.0.100 and on for pods, and a control plane in the peer `control`. It is put
 * together here, so that the tests of checks need nothing of how a cluster is written.
 */
export function labWithCluster(
  checks: readonly CheckRequest[],
  {
    vfs = 'device-plugin',
    model = 'virtio-net',
    vlan,
    count = 2,
    nodes = ['guest'],
    controlPlane = { peer: 'control' },
  }: ClusterOptions = {},
): Lab {
  const base = lab({
    networks: { lan: {} },
    peers: { control: { network: 'lan', address: '10.0.0.1' } },
    machines: Object.fromEntries(
      nodes.map((name) => [
        name,
        {
          nics: { uplink: { backend: { tap: 'lan' } }, pf0: { model, backend: { tap: 'lan' }, vfs: count } },
        },
      ]),
    ),
  });
  const kubernetes: Kubernetes = {
    version: '1.37.2',
    controlPlane: {
      on: controlPlane,
      uplink: 'machine' in controlPlane ? 'uplink' : null,
      clients: 'control',
      address: '10.0.0.1',
      network: 'lan',
    },
    nodes: nodes.map((machine, index) => ({
      machine,
      uplink: 'uplink',
      address: base.machines[index]?.nics[0]?.pf.address ?? '',
      pods: `10.244.${index}.0/24`,
      pools:
        vfs === 'none'
          ? []
          : [
              {
                nic: 'pf0',
                resource: 'sriov.lab/pf0',
                plugin: 'sriov-virtio',
                subnet: '10.0.0.0/24',
                addresses: { first: '10.0.0.100', last: '10.0.0.103' },
                vlan: vlan ?? null,
              },
            ],
    })),
    pods: '10.244.0.0/16',
    vfs,
  };
  return { ...base, kubernetes, checks };
}

/** A request as the resolver makes it. */
export function request(check: string, nic: string | null, count = 10): CheckRequest {
  const on = nic === null ? null : { machine: 'guest', nic };
  return { check, on, parameters: nic === null ? {} : { count }, choices: {} };
}

/** What the check looks at. */
export function clusterTarget(check: string, nic: string | null, options?: ClusterOptions): CheckTarget {
  const one = request(check, nic);
  return checkTarget(labWithCluster([one], options), one);
}
