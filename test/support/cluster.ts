import type { ControlPlane, Kubernetes } from '../../src/model/kubernetes.js';
import type { Lab } from '../../src/model/lab.js';
import { lab } from './definition.js';

/** A cluster with one node, whose control plane is in the peer `control`. */
export const kubernetes: Kubernetes = {
  version: '1.37.2',
  controlPlane: {
    on: { peer: 'control' },
    uplink: null,
    clients: 'control',
    address: '10.0.0.2',
    network: 'lan',
  },
  nodes: [
    {
      machine: 'guest',
      uplink: 'uplink',
      address: '10.0.0.10/24',
      pods: '10.244.0.0/24',
      pools: [
        {
          nic: 'pf0',
          resource: 'sriov.lab/pf0',
          plugin: 'sriov-virtio',
          subnet: '10.0.0.0/24',
          vlan: null,
          addresses: { first: '10.0.0.100', last: '10.0.0.150' },
        },
      ],
    },
  ],
  pods: '10.244.0.0/16',
  vfs: 'device-plugin',
};

/** A control plane in the node of that cluster. */
export const controlPlaneInGuest: ControlPlane = {
  on: { machine: 'guest' },
  uplink: 'uplink',
  clients: 'administrator',
  address: '10.0.0.10',
  network: 'lan',
};

/** A lab with that cluster, or another one on the same machines. `model`: of the NIC with VFs. */
export function labWithCluster(cluster: Kubernetes | null = kubernetes, model = 'virtio-net'): Lab {
  const resolved = lab({
    networks: { lan: { subnet: '10.0.0.0/24' } },
    peers: {
      server: { network: 'lan', address: '10.0.0.1' },
      [(cluster ?? kubernetes).controlPlane.clients]: { network: 'lan', address: '10.0.0.2' },
    },
    machines: Object.fromEntries(
      (cluster ?? kubernetes).nodes.map(({ machine }) => [
        machine,
        {
          image: 'debian-13',
          memory: '2G',
          nics: { uplink: { backend: { tap: 'lan' } }, pf0: { model, backend: { tap: 'lan' }, vfs: 2 } },
        },
      ]),
    ),
  });
  return { ...resolved, kubernetes: cluster };
}
