import { nicModel } from '../devices/catalog.js';
import { numberToAddress, parseSubnet } from '../model/ipv4.js';
import type { Kubernetes, KubernetesNode, VfPool } from '../model/kubernetes.js';
import { findByName, functionById, hostAddress, type Machine, type Nic, type Peer } from '../model/lab.js';
import { podAddressesFor, pooledNicsOf, uplinkOf, vfVlanOf } from './cluster.js';
import { POD_PREFIX_PER_NODE } from './defaults.js';
import type { DraftKubernetes, DraftNic, DraftNode } from './draft.js';
import type { Naming } from './naming.js';

/** What a pod asks for to get a VF of a NIC. */
const RESOURCE_PREFIX = 'sriov.lab/';
const ANY_NETDEV = 'host-device';

/** The network's own address, which CNI plugins insist on. */
function networkAddress(cidr: string): string {
  const { first, prefix } = parseSubnet(cidr);
  return `${numberToAddress(first)}/${prefix}`;
}

/** The part of the pods' addresses that a node has, by its place among the nodes. */
function podsOf(pods: string, index: number): string {
  const size = 2 ** (32 - POD_PREFIX_PER_NODE);
  return `${numberToAddress(parseSubnet(pods).first + index * size)}/${POD_PREFIX_PER_NODE}`;
}

function resolvePool(nic: DraftNic, { name, model, vfs }: Nic, naming: Naming): VfPool {
  const { draft, networks, addresses } = naming;
  const segment = vfs[0]?.segment ?? null;
  if (segment === null) throw new Error(`the VFs of NIC ${name} are on no network`);
  const range = addresses.get(segment.network)?.takeRange(podAddressesFor(nic));
  if (range === undefined) throw new Error(`network ${segment.network} has no addresses left for pods`);
  return {
    nic: name,
    resource: `${RESOURCE_PREFIX}${name}`,
    plugin: nicModel(model).vfPlugin ?? ANY_NETDEV,
    subnet: networkAddress(findByName(networks, segment.network).subnet),
    addresses: range,
    vlan: vfVlanOf(draft, nic),
  };
}

function resolveNode(
  node: DraftNode,
  index: number,
  { pods }: DraftKubernetes,
  machines: readonly Machine[],
  naming: Naming,
): KubernetesNode {
  const machine = findByName(machines, node.machine);
  const uplink = uplinkOf(naming.draft, node.machine)?.id;
  const address = uplink === undefined ? null : functionById(machine, uplink).pciFunction.address;
  if (uplink === undefined || address === null)
    throw new Error(`node ${node.machine} is not on the control plane's network`);
  const pools = pooledNicsOf(naming.draft, node.machine).map((nic) =>
    resolvePool(nic, findByName(machine.nics, nic.name), naming),
  );
  return { machine: machine.name, uplink, address, pods: podsOf(pods, index), pools };
}

/** The cluster of a sound definition. Everything else of the lab has its addresses already: pods get what is left. */
export function resolveKubernetes(
  kubernetes: DraftKubernetes,
  peers: readonly Peer[],
  machines: readonly Machine[],
  naming: Naming,
): Kubernetes {
  const { version, controlPlane, nodes, pods, vfs } = kubernetes;
  const peer = findByName(peers, controlPlane);
  return {
    version,
    controlPlane: { on: { peer: peer.name }, address: hostAddress(peer.address), network: peer.network },
    nodes: nodes.map((node, index) => resolveNode(node, index, kubernetes, machines, naming)),
    pods: networkAddress(pods),
    vfs,
  };
}
