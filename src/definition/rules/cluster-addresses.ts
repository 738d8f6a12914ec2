import { overlap, parseSubnet } from '../../model/ipv4.js';
import { SERVICE_SUBNET } from '../../model/kubernetes.js';
import { AddressPool } from '../addresses.js';
import { benchContainersOf, podAddressesFor, pooledNicsOf, vfSegmentsOf } from '../cluster.js';
import { POD_PREFIX_PER_NODE } from '../defaults.js';
import type { Draft, DraftNetwork } from '../draft.js';
import { functionsByNetwork } from '../relations.js';
import { soundNodes } from './cluster-places.js';
import type { Rule } from './rule.js';

/** A network that has a subnet of its own: one with an uplink has the addresses of the network outside. */
function ownSubnets({ networks }: Draft): readonly DraftNetwork[] {
  return networks.filter(({ on, uplink }) => on === null || uplink === null);
}

export const podNetworkIsFree: Rule = function* (draft, at) {
  const { kubernetes, bench } = draft;
  if (kubernetes === null) return;
  const containers = bench === null ? null : benchContainersOf(draft, bench);
  const others = [
    ...ownSubnets(draft).map(({ name, subnet }) => ({ name: `the network ${name}`, subnet })),
    ...(containers?.kind === 'namespaces'
      ? [{ name: 'the container network of `bench`', subnet: containers.subnet }]
      : []),
    { name: 'the services of the cluster', subnet: SERVICE_SUBNET },
  ];
  for (const { name, subnet } of others) {
    if (!overlap(parseSubnet(kubernetes.pods), parseSubnet(subnet))) continue;
    yield {
      code: 'LAB-RULE-SUBNET',
      message: `the pods’ network ${kubernetes.pods} overlaps with ${subnet}, the addresses of ${name}`,
      hint: 'set `pods` to a network of its own: packets to the other one would never leave the node',
      location: at.locate(['kubernetes', 'pods']),
    };
  }
};

export const serviceNetworkIsFree: Rule = function* (draft, at) {
  if (draft.kubernetes === null) return;
  for (const { name, subnet, path } of ownSubnets(draft)) {
    if (!overlap(parseSubnet(subnet), parseSubnet(SERVICE_SUBNET))) continue;
    yield {
      code: 'LAB-RULE-SUBNET',
      message: `the network ${name} has ${subnet}, which overlaps with ${SERVICE_SUBNET}, the addresses of the cluster’s services`,
      hint: 'give it another subnet',
      location: at.locate([...path, 'subnet']),
    };
  }
};

export const nodesHavePodNetworks: Rule = function* ({ kubernetes }, at) {
  if (kubernetes === null) return;
  const { pods, nodes } = kubernetes;
  const perNode = 2 ** (32 - POD_PREFIX_PER_NODE);
  const room = Math.floor(parseSubnet(pods).size / perNode);
  if (room >= nodes.length) return;
  const prefix = POD_PREFIX_PER_NODE - Math.ceil(Math.log2(nodes.length));
  yield {
    code: 'LAB-RULE-SUBNET',
    message: `${pods} has room for the pods of ${room} nodes, but there are ${nodes.length}: each gets a /${POD_PREFIX_PER_NODE}`,
    hint: `give \`pods\` a prefix length of at most ${prefix}, or leave it out`,
    location: at.locate(['kubernetes', 'pods']),
  };
};

/** The addresses of a network after everything but pods has its own, as the resolver gives them; undefined if they do not suffice. */
function poolWithoutPods(
  { peers: all }: Draft,
  { name, subnet }: DraftNetwork,
  functions: number,
): AddressPool | undefined {
  const peers = all.filter(({ network }) => network === name);
  if (peers.length + functions > parseSubnet(subnet).size - 2) return undefined;
  const pool = new AddressPool(subnet);
  for (const { address } of peers) if (address !== null) pool.reserve(address);
  for (const { address } of peers) if (address === null) pool.next('peer');
  for (let count = 0; count < functions; count += 1) pool.next('function');
  return pool;
}

/** Pods on VFs need addresses of the network that nobody else has. */
export const networksHaveRoomForPods: Rule = function* (draft, at) {
  const nics = soundNodes(draft).flatMap(({ machine }) => pooledNicsOf(draft, machine));
  if (nics.length === 0) return;
  const functions = functionsByNetwork(draft);
  for (const network of draft.networks) {
    const here = nics.filter((nic) => vfSegmentsOf(draft, nic)[0]?.network === network.name);
    const pool =
      here.length === 0 ? undefined : poolWithoutPods(draft, network, functions.get(network.name) ?? 0);
    if (pool === undefined) continue;
    const wanted = here.map(podAddressesFor);
    if (wanted.every((count) => pool.takeRange(count) !== undefined)) continue;
    yield {
      code: 'LAB-RULE-SUBNET',
      message: `network ${network.name} has too few addresses in ${network.subnet} for the pods on its VFs: they need ${wanted.reduce((sum, count) => sum + count, 0)}, two for each VF`,
      hint: 'give it a larger subnet: a smaller number after the /',
      location: at.locate(network.path),
    };
  }
};
