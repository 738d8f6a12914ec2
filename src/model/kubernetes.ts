/** The addresses of the cluster's services: nothing else of a lab may have one of them. */
export const SERVICE_SUBNET = '10.96.0.0/16';

/** A cluster of the lab: its control plane at one place, its nodes in machines. */
export interface Kubernetes {
  /** Without the leading v: `1.37.2`. */
  readonly version: string;
  readonly controlPlane: ControlPlane;
  readonly nodes: readonly KubernetesNode[];
  /** IPv4 in CIDR notation: the pods' addresses on all nodes, a /24 of it for each. */
  readonly pods: string;
  /** How a pod gets a VF; `none`: the user brings what does it. */
  readonly vfs: VfProvider;
}

export type VfProvider = 'device-plugin' | 'dra' | 'none';

/** Where etcd, the API server, the controllers and the scheduler run. */
export interface ControlPlane {
  readonly on: { readonly peer: string } | { readonly machine: string };
  /** Id of the machine's function that has the API server's address; null in a peer. */
  readonly uplink: string | null;
  /** The peer that kubectl and other clients on this computer reach the API server from; in a peer that one itself. */
  readonly clients: string;
  /** The API server's IPv4 address, without prefix length. */
  readonly address: string;
  /** The network that the nodes reach it on. */
  readonly network: string;
}

/** A machine that runs a kubelet. */
export interface KubernetesNode {
  /** The machine; also the node's name in the cluster. */
  readonly machine: string;
  /** Id of the function by which the node reaches the control plane: `uplink`, `pf0`. */
  readonly uplink: string;
  /** IPv4 with prefix length, of that function. */
  readonly address: string;
  /** IPv4 in CIDR notation: the addresses of its pods on the network in software. */
  readonly pods: string;
  /** A pool for each of its NICs with VFs, in the order of the definition; empty for `vfs: none`. */
  readonly pools: readonly VfPool[];
}

/** The VFs of one NIC, which pods ask for as one resource. */
export interface VfPool {
  readonly nic: string;
  /** `sriov.lab/pf0`: what a pod asks for. NICs of one name on several nodes are one resource. */
  readonly resource: string;
  /** The CNI plugin that attaches a VF, by the NIC's model: `sriov-virtio`, `sriov` or `host-device`. */
  readonly plugin: string;
  /** IPv4 in CIDR notation: the network that its VFs are on. */
  readonly subnet: string;
  /** The first and the last address that pods get on it, of this node alone. */
  readonly addresses: { readonly first: string; readonly last: string };
  /** The VLAN that the PF puts a VF on while a pod holds it; null: none. */
  readonly vlan: number | null;
}
