import { nicModel } from '../devices/catalog.js';
import { numberToAddress, parseSubnet } from '../model/ipv4.js';
import type { ControlPlane, Kubernetes, KubernetesNode, VfPool } from '../model/kubernetes.js';
import { findByName, functionById, hostAddress, type Machine, type Nic, type Peer } from '../model/lab.js';
import { controlPlaneOf, podAddressesFor, pooledNicsOf, uplinkOf, vfVlanOf } from './cluster.js';
import { ADMINISTRATOR, POD_PREFIX_PER_NODE } from './defaults.js';
import type { Draft, DraftKubernetes, DraftNic, DraftNode } from './draft.js';
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

/** The function by which a machine of the cluster is on the cluster's network, and its address there. */
function reachedAt(draft: Draft, machine: Machine): { readonly uplink: string; readonly address: string } {
  const { name } = machine;
  const uplink = uplinkOf(draft, name)?.id;
  const address = uplink === undefined ? null : functionById(machine, uplink).pciFunction.address;
  if (uplink === undefined || address === null)
    throw new Error(`machine ${name} is not on the control plane's network`);
  return { uplink, address };
}

function resolveControlPlane(
  draft: Draft,
  peers: readonly Peer[],
  machines: readonly Machine[],
): ControlPlane {
  const place = controlPlaneOf(draft);
  if (!place?.segment) throw new Error('the control plane is on no network');
  const { network } = place.segment;
  if (place.machine === null) {
    const { name: peer, address } = findByName(peers, place.name);
    return { on: { peer }, uplink: null, clients: peer, address: hostAddress(address), network };
  }
  const { uplink, address } = reachedAt(draft, findByName(machines, place.name));
  return {
    on: { machine: place.name },
    uplink,
    clients: findByName(peers, ADMINISTRATOR).name,
    address: hostAddress(address),
    network,
  };
}

function resolveNode(
  machine: Machine,
  index: number,
  { pods }: DraftKubernetes,
  naming: Naming,
): KubernetesNode {
  const { draft } = naming;
  const { name, nics } = machine;
  const pools = pooledNicsOf(draft, name).map((nic) => resolvePool(nic, findByName(nics, nic.name), naming));
  return { machine: name, ...reachedAt(draft, machine), pods: podsOf(pods, index), pools };
}

/** The machines that are nodes, in the order of the nodes. */
function nodesAmong(machines: readonly Machine[], nodes: readonly DraftNode[]): Machine[] {
  const names = new Map(machines.map((machine) => [machine.name, machine]));
  return nodes.flatMap(({ machine }) => names.get(machine) ?? []);
}

/** The cluster of a sound definition. Everything else of the lab has its addresses already: pods get what is left. */
export function resolveKubernetes(
  kubernetes: DraftKubernetes,
  peers: readonly Peer[],
  machines: readonly Machine[],
  naming: Naming,
): Kubernetes {
  const { version, nodes, pods, vfs } = kubernetes;
  return {
    version,
    controlPlane: resolveControlPlane(naming.draft, peers, machines),
    nodes: nodesAmong(machines, nodes).map((node, index) => resolveNode(node, index, kubernetes, naming)),
    pods: networkAddress(pods),
    vfs,
  };
}
